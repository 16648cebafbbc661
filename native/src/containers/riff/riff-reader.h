#pragma once

#include "containers/container-reader.h"

namespace vigie {

// AVI: the header of one that was never completed claims a duration that is none.
class RiffReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
