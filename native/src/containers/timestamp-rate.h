#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/av-handles.h"

namespace vigie {

struct TimedFrames {
  int64_t time;
  // That begin at this time: half a one for a field.
  double frames;
};

// The times from frame to frame, gathered from one part of a video or several.
class FrameIntervals {
 public:
  // Of frames that follow each other, in any order.
  void add(std::vector<TimedFrames> frames, AVRational timeBase);

  size_t count() const { return intervals_.size(); }

  // Frames per second, also where some are missing; the rate that cameras and film use when it is that but for
  // rounding.
  std::optional<double> rate() const;

 private:
  struct Interval {
    double seconds;
    double frames;
    double secondsPerFrame() const { return seconds / frames; }
  };

  static std::optional<double> rateOf(const std::vector<Interval>& intervals);

  std::vector<Interval> intervals_;
};

// A higher one is the unit in which a camera counts its times more often than a rate of frames.
constexpr double kMaxUsualRate = 120;

// Of frames that follow each other, in any order.
std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase);

}  // namespace vigie
