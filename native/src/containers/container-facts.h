#pragma once

#include <string>

namespace vigie {

enum class DurationSource { header, index, estimate };

struct Duration {
  double seconds;
  DurationSource source;
};

// What the container's own structure states and libav does not pass on.
struct ContainerFacts {
  std::string container;
  bool truncated = false;
  bool moovAtEnd = false;
  bool fragmented = false;
};

}  // namespace vigie
