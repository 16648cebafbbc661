#include <napi.h>

#include <mutex>

#include "binding/poster-worker.h"
#include "binding/probe-worker.h"
#include "io/log-capture.h"

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/mem.h>
}

namespace {

// Largest single allocation that libav may make for a file's claims; a limit of the whole process.
constexpr size_t kMaxAllocationBytes = 256 * 1024 * 1024;

void prepareLibav() {
  static std::once_flag prepared;
  std::call_once(prepared, [] {
    av_max_alloc(kMaxAllocationBytes);
    vigie::LogCapture::install();
  });
}

Napi::Object exportAll(Napi::Env env, Napi::Object exports) {
  prepareLibav();
  exports.Set("startProbe", Napi::Function::New(env, vigie::startProbe));
  exports.Set("startPoster", Napi::Function::New(env, vigie::startPoster));
  exports.Set("cancelProbe", Napi::Function::New(env, vigie::cancelProbe));
  exports.Set("libavVersion", Napi::String::New(env, av_version_info()));
  return exports;
}

}  // namespace

NODE_API_MODULE(vigie_native, exportAll)
