#pragma once

#include <cstdint>
#include <optional>

#include "describe/answer.h"
#include "io/sparse-file.h"

namespace vigie {

// The range to fetch so that a read at `offset` can go on. `wantedEnd`: where the element that is being read ends,
// when its header said so; else the ranges grow with their number.
Need nextRange(const SparseFile& file, int64_t offset, std::optional<int64_t> wantedEnd = {});

// The last `lengthBytes` of the file, as far as they are missing.
std::optional<Need> missingTail(const SparseFile& file, int64_t lengthBytes);

}  // namespace vigie
