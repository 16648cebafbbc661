#pragma once

#include <optional>

#include "containers/demuxers.h"
#include "containers/limits.h"
#include "containers/open-container.h"

namespace vigie {

// Frames per second as the header states them, else as the next packets in memory show. May read packets.
std::optional<double> findFrameRate(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                                    const Limits& limits);

}  // namespace vigie
