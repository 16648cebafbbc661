#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/av-handles.h"

namespace vigie {

// Frames per second by the timestamps of frames that follow each other, in any order; the rate that cameras and film
// use when it is that but for rounding.
std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase);

}  // namespace vigie
