#pragma once

#include "containers/container-reader.h"

namespace vigie {

// A video without a container: no times but the rate that its own headers state.
class RawVideoReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  std::optional<double> findFrameRate(const AVStream& video) const override;
};

}  // namespace vigie
