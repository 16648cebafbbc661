#pragma once

#include "containers/container-reader.h"

namespace vigie {

// DV: all frames are of one size, so that the file's size gives their number.
class DvReader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
  std::optional<double> findFrameRate(const AVStream& video) const override;
  std::optional<int64_t> correctBitRate(std::optional<int64_t> stated, const AVStream& video,
                                        const std::optional<Duration>& duration) const override;

 private:
  // 625 lines at 25 frames a second, else 525 at 30,000/1,001.
  bool has25Frames() const;
};

}  // namespace vigie
