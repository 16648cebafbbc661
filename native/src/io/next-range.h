#pragma once

#include <cstdint>
#include <optional>

#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// The range to fetch so that a read at `offset` can go on. `wantedEnd`: where the element that is being read ends,
// when its header said so; else the ranges grow with their number.
Need nextRange(const SparseFile& file, int64_t offset, std::optional<int64_t> wantedEnd = {});

// If the timestamps at the end give the duration, the first request goes this far back.
constexpr int64_t kFirstTailBytes = 32 * 1024;

// The last `lengthBytes` before `end`, as far as they are missing.
std::optional<Need> missingBefore(const SparseFile& file, int64_t end, int64_t lengthBytes);

// The last `lengthBytes` of the file, as far as they are missing.
std::optional<Need> missingTail(const SparseFile& file, int64_t lengthBytes);

}  // namespace vigie
