#pragma once

#include <cstdint>

namespace vigie {

// Bytes of the file to fetch before the next attempt.
struct Need {
  int64_t offset;
  int64_t lengthBytes;
};

}  // namespace vigie
