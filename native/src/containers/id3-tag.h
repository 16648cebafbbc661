#pragma once

#include <cstdint>

#include "io/sparse-file.h"

namespace vigie {

// Bytes of the ID3v2 tag at the file's start; 0 if there is none. Taggers put one before any file, and where the file's
// own first byte is then, every libav has its own opinion.
int64_t readId3TagBytes(const SparseFile& file);

}  // namespace vigie
