#pragma once

#include <cstdint>

#include "io/av-handles.h"

namespace vigie {

// A time or a length of time that libav counts in `unit`s.
inline double toSeconds(int64_t time, AVRational unit) { return static_cast<double>(time) * av_q2d(unit); }

}  // namespace vigie
