#pragma once

#include <cstdint>
#include <optional>

#include "io/sparse-file.h"

namespace vigie {

// What the File Properties Object states of the finished file; nothing if the file was never finished (broadcast).
struct AsfProperties {
  int64_t fileBytes;
  double seconds;
};

// Advanced Systems Format Specification 01.20.05, 3.2.
std::optional<AsfProperties> readAsfProperties(const SparseFile& file);

}  // namespace vigie
