#pragma once

#include "containers/container-reader.h"

namespace vigie {

// AVI: its headers, its index and its size may contradict each other about the duration.
class RiffReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
};

}  // namespace vigie
