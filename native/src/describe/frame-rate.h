#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "containers/demuxers.h"
#include "containers/open-container.h"
#include "describe/probe-limits.h"

namespace vigie {

// Frames per second as the header states them, else as the next packets in memory show. May read packets.
std::optional<double> findFrameRate(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                                    const Limits& limits);

// Frames per second by the timestamps of frames that follow each other, in any order; the rate that cameras and film
// use when it is that but for rounding.
std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase);

}  // namespace vigie
