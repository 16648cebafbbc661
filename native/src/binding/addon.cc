#include <napi.h>

#include "binding/poster-task.h"
#include "binding/probe-task.h"
#include "binding/request-from-js.h"
#include "io/libav-process.h"

extern "C" {
#include <libavutil/avutil.h>
}

namespace {

// cancelTask(handle): the task ends at its next read of a byte and completes as cancelled.
void cancelTask(const Napi::CallbackInfo& info) { vigie::unwrapInterrupt(info[0])->cancel(); }

Napi::Object exportAll(Napi::Env env, Napi::Object exports) {
  vigie::prepareLibav();
  exports.Set("startProbe", Napi::Function::New(env, vigie::startProbe));
  exports.Set("startPoster", Napi::Function::New(env, vigie::startPoster));
  exports.Set("cancelTask", Napi::Function::New(env, cancelTask));
  exports.Set("libavVersion", Napi::String::New(env, av_version_info()));
  return exports;
}

}  // namespace

NODE_API_MODULE(vigie_native, exportAll)
