#pragma once

#include <cstdint>
#include <optional>

#include "containers/mp4/mp4-layout.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// What a segment index lists (sidx; ISO/IEC 14496-12, 8.16.3).
struct Mp4SegmentIndex {
  uint32_t trackId = 0;
  double seconds = 0;
  // Where the listed media ends, from the file's start.
  int64_t end = 0;
  // On average.
  int64_t fragmentBytes = 0;
};

// Nothing when it is not wholly in memory or is damaged.
std::optional<Mp4SegmentIndex> readMp4SegmentIndex(const SparseFile& file, const Mp4Box& sidx);

// libav gives up a file whose index leads to other indexes, or states no units of time. Returns the file with such
// boxes at its top, as far as they are in memory, hidden from it; nothing if there are none.
std::optional<SparseFile> hideUnreadableIndexes(const SparseFile& file);

std::optional<Need> missingSegmentIndex(const SparseFile& file, const Mp4Box& sidx);

}  // namespace vigie
