#pragma once

#include "containers/container-reader.h"

namespace vigie {

// ASF, WMV: what the header states holds, also when packets and index are missing.
class AsfReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
