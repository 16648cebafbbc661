#pragma once

#include <cstdint>
#include <vector>

#include "containers/container-reader.h"

namespace vigie {

// MPEG program streams: no header states a duration; the first and last timestamps do.
class MpegPsReader : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
  std::optional<double> findFrameRate(const AVStream& video) const override;
};

// MPEG transport streams: the same, and their packets are worth reading without libav's help.
class MpegTsReader final : public MpegPsReader {
 public:
  using MpegPsReader::MpegPsReader;

  void readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
  std::optional<double> findFrameRate(const AVStream& video) const override;

 private:
  std::vector<std::vector<uint8_t>> readTimedParts() const;
  struct Plausible {
    double least;
    double most;
  };
  Plausible plausibleSeconds(const AVStream& video) const;
  std::optional<double> joinedSeconds(const AVStream& video) const;
  // Leaves out the video streams that are announced and not there, if another is.
  void chooseStreams(AVFormatContext& format) const override;
};

}  // namespace vigie
