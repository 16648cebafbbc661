#pragma once

#include <string>
#include <variant>

#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

struct MatroskaLayout {
  // "matroska", "webm" or what else the EBML header says; empty when it is damaged.
  std::string docType;
  // The segment reaches over the file's end.
  bool truncated = false;
};

MatroskaLayout readMatroskaLayout(const SparseFile& file);

struct UsualOrder {};

// In the file's place: the header, and what is in memory after it, further on than in the file itself.
struct MovedTracks {
  SparseFile file;
  int64_t insertedBytes;
};

// In the file's place: the header alone.
struct ShortHeader {
  SparseFile file;
};

// libav reads the header straight on until the first cluster. Where Tracks lie after the clusters, or something large
// lies between, this gives a small file with the same header in the usual order, or asks for the bytes of Tracks.
std::variant<UsualOrder, Need, MovedTracks, ShortHeader> arrangeMatroskaHeader(const SparseFile& file);

}  // namespace vigie
