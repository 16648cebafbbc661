#pragma once

#include <cstdint>
#include <optional>

#include "containers/duration-result.h"
#include "containers/mp4/mp4-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// Duration of the track `trackId` (time unit: 1/`timescale` s) in a fragmented MP4 whose moov is in memory.
// From mehd (header), sidx or the last fragment (index), or the first fragment's share of the file (estimate).
DurationResult fragmentedDuration(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId, int64_t timescale);

// The bytes that `fragmentedDuration` is going to ask for first, as far as that is clear without the track.
std::optional<Need> missingFragmentIndex(const SparseFile& file, const Mp4Layout& layout);

// Frames per second of the first fragment.
std::optional<double> fragmentedFrameRate(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId,
                                          int64_t timescale);

}  // namespace vigie
