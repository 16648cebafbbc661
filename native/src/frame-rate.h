#pragma once

#include <optional>

#include "demuxers.h"
#include "open-container.h"
#include "probe-limits.h"

namespace vigie {

// Frames per second as the header states them, else as the next packets in memory show. May read packets.
std::optional<double> findFrameRate(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                                    const Limits& limits);

// The frame rate that cameras and film use, when a measured one is that but for rounded timestamps.
double nearestStandardRate(double measured);

}  // namespace vigie
