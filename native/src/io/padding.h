#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// About where the zeros begin that a recorder has left at the file's end, or the bytes of erased flash memory: by
// halving, with small reads, until there are `maxRanges`. The file's end if there are less than 32 KiB of them, or not
// all of so many in memory. Before `knownEnd` is no padding. The file's size has to be known.
std::variant<int64_t, Need> findPadding(const SparseFile& file, int64_t knownEnd, size_t maxRanges);

}  // namespace vigie
