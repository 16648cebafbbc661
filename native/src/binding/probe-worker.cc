#include "binding/probe-worker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/answer-to-js.h"
#include "binding/background-thread.h"
#include "binding/request-from-js.h"
#include "describe/probe.h"
#include "io/log-capture.h"

namespace vigie {
namespace {

// Owns everything that the thread pool touches. Deleted by Napi::AsyncWorker after OnOK or OnError.
class ProbeWorker : public Napi::AsyncWorker {
 public:
  ProbeWorker(const Napi::Function& settle, SparseFile file, Limits limits, InterruptHandle interrupt)
      : Napi::AsyncWorker(settle, "vigie:probe"),
        file_(std::move(file)),
        limits_(limits),
        interrupt_(std::move(interrupt)) {}

 protected:
  // On a thread of the pool; Napi::AsyncWorker turns what it throws into OnError.
  void Execute() override {
    runInBackground();
    LogCapture log;
    answer_ = probe(file_, limits_, *interrupt_);
    diagnostics_ = log.takeLines();
  }

  std::vector<napi_value> GetResult(Napi::Env env) override {
    return {env.Null(), answerToJs(env, answer_, diagnostics_)};
  }

 private:
  const SparseFile file_;
  const Limits limits_;
  const InterruptHandle interrupt_;
  Answer answer_ = Cancelled{};
  std::vector<std::string> diagnostics_;
};

}  // namespace

Napi::Value startProbe(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const auto settle = info[1].As<Napi::Function>();
  const Limits limits = readLimits(request);
  auto interrupt = makeInterrupt(request);
  SparseFile file = readFile(request);
  if (file.rangeCount() == 1) {
    if (const auto need = foreseeNeed(file, limits, *interrupt)) {
      settle.Call({info.Env().Null(), answerToJs(info.Env(), Answer(*need), {})});
      return info.Env().Null();
    }
  }
  auto worker = std::make_unique<ProbeWorker>(settle, std::move(file), limits, interrupt);
  const Napi::Value handle = wrapInterrupt(info.Env(), std::move(interrupt));
  worker.release()->Queue();
  return handle;
}

void cancelProbe(const Napi::CallbackInfo& info) { unwrapInterrupt(info[0])->cancel(); }

}  // namespace vigie
