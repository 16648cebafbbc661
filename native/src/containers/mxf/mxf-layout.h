#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "codecs/picture-size.h"
#include "containers/container-facts.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// What the header metadata of one partition state.
struct MxfMetadata {
  // Of the longest track of pictures or sound, in seconds. Nothing while the file is written.
  std::optional<double> seconds;
  // As it is shown, both fields of it.
  std::optional<PictureSize> pictureSize;
};

// SMPTE ST 377-1: of the partition at the file's start, as far as it is in memory.
MxfMetadata readMxfHeader(const SparseFile& file);

// Whether the last partition lies behind the file's end.
bool isMxfTruncated(const SparseFile& file);

// The duration by the metadata or the index of the last partition, which the end of the file leads to; or the bytes of
// it.
std::variant<std::optional<Duration>, Need> readMxfFooterDuration(const SparseFile& file);

}  // namespace vigie
