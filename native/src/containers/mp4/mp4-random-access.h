#pragma once

#include <cstdint>
#include <vector>

#include "containers/mp4/mp4-movie.h"
#include "io/sparse-file.h"

namespace vigie {

// Where the last fragment of a track that has one begins, and at which time of its media.
struct Mp4RandomAccess {
  uint32_t trackId = 0;
  uint64_t time = 0;
  int64_t moof = 0;
};

// The last entry of each track of `movie` in the random access index (mfra) at the very end of the file, which is in
// memory; in the order of the file.
std::vector<Mp4RandomAccess> readLastRandomAccesses(const SparseFile& file, const Mp4Movie& movie);

}  // namespace vigie
