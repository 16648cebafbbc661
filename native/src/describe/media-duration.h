#pragma once

#include <optional>
#include <variant>

#include "containers/mp4/mp4-layout.h"
#include "containers/open-container.h"
#include "describe/answer.h"
#include "describe/probe-limits.h"

namespace vigie {

// Where the timestamps at the end tell the duration, the first look goes this far back.
constexpr int64_t kFirstTailBytes = 32 * 1024;

// The duration and where it was found, or the bytes that would tell it. Moves the container's read position.
std::variant<std::optional<Duration>, Need> findDuration(const SparseFile& file, const Demuxer& demuxer,
                                                         const Mp4Layout& mp4, OpenContainer& container,
                                                         const AVStream& video, const Limits& limits);

}  // namespace vigie
