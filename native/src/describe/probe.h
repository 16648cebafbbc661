#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "containers/open-container.h"
#include "describe/answer.h"
#include "describe/probe-limits.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"

namespace vigie {

// One attempt to understand the file from what is in memory. Holds no state between attempts and touches nothing but
// its arguments, so any number of threads may run it at once. Throws std::bad_alloc only.
Answer probe(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

// The bytes that `probe` is going to ask for, where the first range alone shows it. Bounded to microseconds, so that
// the calling thread may do it and spare the way over the thread pool.
std::optional<Need> foreseeNeed(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

// A video whose header is understood; its packets can be read from `container`.
struct OpenVideo {
  const Demuxer* demuxer;
  // What `container` reads in the file's place, if anything; declared before it, so that it outlives it.
  std::unique_ptr<SparseFile> arranged;
  // So much further on than in the file its packets lie.
  int64_t insertedBytes;
  OpenContainer container;
  // Of `container`.
  AVStream* stream;
};

// The first steps of `probe`, for who goes on to read pictures: nothing is asked for that only the description needs.
std::variant<OpenVideo, Need, Failure> openVideo(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

}  // namespace vigie
