#pragma once

#include <variant>

#include "answer.h"
#include "interrupt.h"
#include "open-container.h"
#include "probe-limits.h"
#include "sparse-file.h"

namespace vigie {

// One attempt to understand the file from what is in memory. Holds no state between attempts and touches nothing but
// its arguments, so any number of threads may run it at once. Throws std::bad_alloc only.
Answer probe(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

// A video whose header is understood; its packets can be read from `container`.
struct OpenVideo {
  const Demuxer* demuxer;
  OpenContainer container;
  // Of `container`.
  AVStream* stream;
};

// The first steps of `probe`, for who goes on to read pictures: nothing is asked for that only the description needs.
std::variant<OpenVideo, Need, Failure> openVideo(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

}  // namespace vigie
