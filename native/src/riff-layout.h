#pragma once

#include "sparse-file.h"

namespace vigie {

// Whether the first RIFF chunk of an AVI reaches over the file's end, or was never given a size (still written).
bool isRiffTruncated(const SparseFile& file);

}  // namespace vigie
