#include "io/libav-process.h"

#include <cstddef>
#include <mutex>

#include "io/log-capture.h"

extern "C" {
#include <libavutil/mem.h>
}

namespace vigie {
namespace {

// Largest single allocation that libav may make for a file's claims.
constexpr size_t kMaxAllocationBytes = 256 * 1024 * 1024;

}  // namespace

void prepareLibav() {
  static std::once_flag prepared;
  std::call_once(prepared, [] {
    av_max_alloc(kMaxAllocationBytes);
    LogCapture::install();
  });
}

}  // namespace vigie
