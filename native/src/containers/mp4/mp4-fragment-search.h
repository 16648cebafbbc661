#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "containers/mp4/mp4-box-chain.h"
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

// The boxes from the first fragment of `movie` on that begins between `begin` and `end`, which are in memory, where
// they lead to the file's end or to what is no box; the letters "moof" somewhere in the media data do not begin such a
// chain.
std::optional<Mp4BoxChain> findMoofs(const SparseFile& file, int64_t begin, int64_t end, const Mp4Movie& movie);

}  // namespace vigie
