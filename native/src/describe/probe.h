#pragma once

#include <optional>

#include "containers/limits.h"
#include "describe/answer.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"

namespace vigie {

// One attempt to understand the file from what is in memory. Holds no state between attempts and touches nothing but
// its arguments, so any number of threads may run it at once. Throws std::bad_alloc only.
Answer probe(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

// The bytes that `probe` is going to ask for, where the first range alone shows it. Bounded to microseconds, so that
// the calling thread may do it and spare the way over the thread pool.
std::optional<Need> foreseeNeed(const SparseFile& file);

}  // namespace vigie
