#pragma once

#include <optional>
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

struct MatroskaClock {
  double secondsPerTick = 1e-3;
  // When the first cluster begins.
  double firstSeconds = 0;
  // As the muxer of libavformat names itself: it counts the duration from zero, others from the first cluster on.
  bool isOfLavf = false;
};

MatroskaClock readMatroskaClock(const SparseFile& file);

struct UsualOrder {};

// In the file's place: the header, and what is in memory of the clusters after it, by so much further on than in the
// file itself. Less than nothing where something large was left out.
struct ArrangedHeader {
  SparseFile file;
  int64_t insertedBytes;
};

// libav reads the header straight on until the first cluster. Where Tracks lie after the clusters, or something large
// lies before them, this gives a small file with the same header in the usual order, or asks for the bytes of Tracks,
// and of the first cluster's header if it is to lead to packets.
std::variant<UsualOrder, Need, ArrangedHeader> arrangeMatroskaHeader(const SparseFile& file, bool withPackets);

}  // namespace vigie
