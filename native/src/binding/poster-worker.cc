#include "binding/poster-worker.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "binding/answer-to-js.h"
#include "binding/background-thread.h"
#include "binding/request-from-js.h"
#include "io/log-capture.h"
#include "poster/poster.h"

namespace vigie {
namespace {

PosterSettings readSettings(const Napi::Object& request) {
  return {request.Get("maxSidePixels").As<Napi::Number>().Int32Value(),
          request.Get("quality").As<Napi::Number>().Int32Value(),
          request.Get("maxPixels").As<Napi::Number>().Int64Value(),
          request.Get("maxFrameBytes").As<Napi::Number>().Int64Value()};
}

// Owns everything that the thread pool touches. Deleted by Napi::AsyncWorker after OnOK or OnError.
class PosterWorker : public Napi::AsyncWorker {
 public:
  PosterWorker(const Napi::Function& settle, const Napi::Object& request, InterruptHandle interrupt)
      : Napi::AsyncWorker(settle, "vigie:poster"),
        file_(readFile(request)),
        limits_(readLimits(request)),
        settings_(readSettings(request)),
        interrupt_(std::move(interrupt)) {}

 protected:
  // On a thread of the pool; Napi::AsyncWorker turns what it throws into OnError.
  void Execute() override {
    runInBackground();
    LogCapture log;
    answer_ = poster(file_, limits_, settings_, *interrupt_);
    diagnostics_ = log.takeLines();
  }

  std::vector<napi_value> GetResult(Napi::Env env) override {
    return {env.Null(), answerToJs(env, answer_, diagnostics_)};
  }

 private:
  const SparseFile file_;
  const Limits limits_;
  const PosterSettings settings_;
  const InterruptHandle interrupt_;
  PosterAnswer answer_ = Cancelled{};
  std::vector<std::string> diagnostics_;
};

}  // namespace

Napi::Value startPoster(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  auto interrupt = makeInterrupt(request);
  auto worker = std::make_unique<PosterWorker>(info[1].As<Napi::Function>(), request, interrupt);
  const Napi::Value handle = wrapInterrupt(info.Env(), std::move(interrupt));
  worker.release()->Queue();
  return handle;
}

}  // namespace vigie
