#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "describe/answer.h"

namespace vigie {

// The first key frame, as it is shown.
struct Poster {
  std::vector<uint8_t> jpeg;
  int width;
  int height;
};

using PosterAnswer = std::variant<Need, Poster, Failure, Cancelled>;

}  // namespace vigie
