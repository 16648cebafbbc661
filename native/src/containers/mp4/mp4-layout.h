#pragma once

#include <cstdint>
#include <optional>

#include "io/sparse-file.h"

namespace vigie {

// Of its size and type, and of its size alone; a longer size follows them.
constexpr int64_t kMp4BoxHeaderBytes = 8;
constexpr int64_t kMp4BoxSizeBytes = 4;

// One box of an ISO base media file; offsets from the file's start, `end` exclusive.
struct Mp4Box {
  uint32_t type = 0;
  int64_t begin = 0;
  int64_t body = 0;
  int64_t end = 0;
};

// Nothing when the header is not in memory or is damaged. `limit`: end of the enclosing box or of the file.
std::optional<Mp4Box> readMp4Box(const SparseFile& file, int64_t offset, int64_t limit);
std::optional<Mp4Box> findMp4Box(const SparseFile& file, int64_t begin, int64_t end, uint32_t type);

// The boxes at the top of the file, as far as they can be followed in memory.
struct Mp4Layout {
  std::optional<Mp4Box> fileType;
  std::optional<Mp4Box> moov;
  std::optional<Mp4Box> firstSidx;
  bool moovAtEnd = false;
  bool fragmented = false;
  // Boxes of media (mdat) before moov.
  int mediaBoxes = 0;
  // First byte of the next box's header that is not in memory, and where that box begins.
  std::optional<int64_t> unread;
  int64_t nextBox = 0;
  // A box reaches over the file's end.
  bool truncated = false;
};

Mp4Layout readMp4Layout(const SparseFile& file);

}  // namespace vigie
