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

  // Whether nearly all frames last equally long, a few gaps aside.
  bool areRegular() const { return areMost(regular()); }

  // Frames per second, also where some are missing; the rate that cameras and film use when it is that but for
  // rounding.
  std::optional<double> rate() const;

 private:
  struct Interval {
    double seconds;
    double frames;
    double secondsPerFrame() const { return seconds / frames; }
  };

  // Those that are about as long as the one in the middle.
  std::vector<Interval> regular() const;
  bool areMost(const std::vector<Interval>& regular) const;
  static std::optional<double> rateOf(const std::vector<Interval>& intervals);

  std::vector<Interval> intervals_;
};

// A higher one is the unit in which a camera counts its times more often than a rate of frames.
constexpr double kMaxUsualRate = 120;

// Of frames that follow each other, in any order.
FrameIntervals intervalsOf(const std::vector<int64_t>& times, AVRational timeBase);
std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase);

// The rate that a container states, unless it is none or the times of its own frames contradict it: players go by them.
std::optional<double> checkedRate(std::optional<double> stated, const FrameIntervals& intervals);

}  // namespace vigie
