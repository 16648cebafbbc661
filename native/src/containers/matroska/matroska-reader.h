#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "containers/container-reader.h"

namespace vigie {

// Matroska and WebM: libav reads the header straight on, so what lies in an unusual place is moved there first.
class MatroskaReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  std::optional<std::variant<Need, Failure>> prepare() override;
  std::optional<int64_t> missingPacket(int64_t miss) const override;
  int64_t insertedBytes() const override { return insertedBytes_; }
  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;

 private:
  // Before the packets: Tracks; or less than nothing, if something large was left out.
  int64_t insertedBytes_ = 0;
};

}  // namespace vigie
