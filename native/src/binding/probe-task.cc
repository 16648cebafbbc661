#include "binding/probe-task.h"

#include "binding/request-from-js.h"
#include "binding/task-worker.h"
#include "describe/probe.h"

namespace vigie {
namespace {

struct ProbeTask {
  using Answer = vigie::Answer;
  static constexpr const char* kResourceName = "vigie:probe";

  SparseFile file;
  Limits limits;

  Answer run(Interrupt& interrupt) const { return probe(file, limits, interrupt); }
};

}  // namespace

Napi::Value startProbe(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const auto complete = info[1].As<Napi::Function>();
  auto interrupt = makeInterrupt(request);
  ProbeTask task{readFile(request), readLimits(request)};
  if (task.file.rangeCount() == 1) {
    if (const auto need = foreseeNeed(task.file)) {
      complete.Call({info.Env().Null(), answerToJs(info.Env(), Answer(*need), {})});
      return info.Env().Null();
    }
  }
  return queueTask(complete, std::move(task), std::move(interrupt));
}

}  // namespace vigie
