#pragma once

#include "containers/container-reader.h"

namespace vigie {

// FLV: packets hold the picture size, and without metadata the last tag gives the duration.
class FlvReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  void readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;

 private:
  bool countsFromZero(const Duration& stated) const;
  bool fitsSize(const Duration& stated) const;
};

}  // namespace vigie
