#pragma once

#include <cstdint>
#include <vector>

#include "containers/mp4/mp4-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// Boxes at the top of a file that follow each other.
struct Mp4BoxChain {
  // Why it ends: the next header is not in memory, the file ends, it ends within the last box, or what follows is no
  // box (zeros of a file that was allocated in advance).
  enum class Stop { unread, fileEnd, cut, padding };

  std::vector<Mp4Box> moofs;
  // First byte after the last box.
  int64_t end = 0;
  Stop stop = Stop::unread;

  bool reachesEnd() const { return stop != Stop::unread; }
};

// Follows the boxes from `offset` on as far as their headers are in memory.
Mp4BoxChain followMp4Boxes(const SparseFile& file, int64_t offset);

// Where between `begin` and `end` (exclusive) a box of that type may begin, by its four letters alone. What is not in
// memory ends the search.
std::vector<int64_t> findMp4BoxLetters(const SparseFile& file, int64_t begin, int64_t end, uint32_t type);

}  // namespace vigie
