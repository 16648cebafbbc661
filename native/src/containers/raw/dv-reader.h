#pragma once

#include "containers/container-reader.h"

namespace vigie {

// DV: all frames are of one size, so that the file's size gives their number.
class DvReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
