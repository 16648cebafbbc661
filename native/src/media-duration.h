#pragma once

#include <optional>
#include <variant>

#include "answer.h"
#include "mp4-layout.h"
#include "open-container.h"
#include "probe-limits.h"

namespace vigie {

// The duration and where it was found, or the bytes that would tell it. Moves the container's read position.
std::variant<std::optional<Duration>, Need> findDuration(const SparseFile& file, const Demuxer& demuxer,
                                                         const Mp4Layout& mp4, OpenContainer& container,
                                                         const AVStream& video, const Limits& limits);

}  // namespace vigie
