#pragma once

#include "containers/container-reader.h"

namespace vigie {

// MXF: the descriptor states the picture's size without padding, and the footer what the header leaves open.
class MxfReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  void readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const override;
  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
