#pragma once

#include "io/sparse-file.h"

namespace vigie {

// Whether the first RIFF chunk of an AVI reaches over the file's end, or was never given a size (still written).
bool isRiffTruncated(const SparseFile& file);

// Not when an AVI was written to a pipe or its writer was killed: the header was never completed, and libav makes up a
// duration of hours.
bool statesAviDuration(const SparseFile& file);

}  // namespace vigie
