#include "binding/poster-task.h"

#include "binding/request-from-js.h"
#include "binding/task-worker.h"
#include "poster/poster.h"

namespace vigie {
namespace {

PosterSettings readSettings(const Napi::Object& request) {
  return {request.Get("maxSidePixels").As<Napi::Number>().Int32Value(),
          request.Get("quality").As<Napi::Number>().Int32Value(),
          request.Get("maxPixels").As<Napi::Number>().Int64Value(),
          request.Get("maxFrameBytes").As<Napi::Number>().Int64Value()};
}

struct PosterTask {
  using Answer = PosterAnswer;
  static constexpr const char* kResourceName = "vigie:poster";

  SparseFile file;
  Limits limits;
  PosterSettings settings;

  Answer run(Interrupt& interrupt) const { return poster(file, limits, settings, interrupt); }
};

}  // namespace

Napi::Value startPoster(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  auto interrupt = makeInterrupt(request);
  PosterTask task{readFile(request), readLimits(request), readSettings(request)};
  return queueTask(info[1].As<Napi::Function>(), std::move(task), std::move(interrupt));
}

}  // namespace vigie
