#pragma once

#include "io/log-capture.h"

extern "C" {
#include <libavutil/mem.h>
}

namespace vigie {

// As addon.cc does for the process.
inline void setUpLibav() {
  av_max_alloc(256 * 1024 * 1024);
  LogCapture::install();
}

}  // namespace vigie
