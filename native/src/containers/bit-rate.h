#pragma once

#include <cstdint>
#include <optional>

#include "io/sparse-file.h"

namespace vigie {

// Nothing for a number that only a damaged header leads to.
inline std::optional<int64_t> toBitRate(double bitsPerSecond) {
  if (!(bitsPerSecond < static_cast<double>(kMaxOffset))) return {};
  return static_cast<int64_t>(bitsPerSecond);
}

}  // namespace vigie
