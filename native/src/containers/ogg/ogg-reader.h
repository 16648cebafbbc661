#pragma once

#include "containers/container-reader.h"

namespace vigie {

// Ogg: only the positions on its last pages give the duration.
class OggReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
