#include "containers/timestamp-rate.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace vigie {
namespace {

constexpr double kStandardRates[] = {
    5, 8, 10, 12, 12.5, 15, 20, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 48, 50, 60000.0 / 1001, 60, 100, 120, 240};

double nearestStandardRate(double measured) {
  constexpr double kTolerance = 0.01;
  const double nearest =
      *std::min_element(std::begin(kStandardRates), std::end(kStandardRates),
                        [&](double a, double b) { return std::abs(a - measured) < std::abs(b - measured); });
  return std::abs(nearest / measured - 1) < kTolerance ? nearest : measured;
}

}  // namespace

void FrameIntervals::add(std::vector<TimedFrames> frames, AVRational timeBase) {
  std::sort(frames.begin(), frames.end(), [](const TimedFrames& a, const TimedFrames& b) { return a.time < b.time; });
  for (size_t i = 1; i < frames.size(); i++) {
    // Each by itself: the difference of hostile timestamps overflows.
    const double ticks = static_cast<double>(frames[i].time) - static_cast<double>(frames[i - 1].time);
    if (ticks > 0 && frames[i - 1].frames > 0) intervals_.push_back({ticks * av_q2d(timeBase), frames[i - 1].frames});
  }
}

std::optional<double> FrameIntervals::rate() const {
  const std::vector<Interval> regular = this->regular();
  // A variable rate has no gaps, only an average.
  return rateOf(areMost(regular) ? regular : intervals_);
}

std::vector<FrameIntervals::Interval> FrameIntervals::regular() const {
  constexpr double kTolerance = 0.25;
  if (intervals_.empty()) return {};
  std::vector<Interval> sorted = intervals_;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  const auto isShorter = [](const Interval& a, const Interval& b) { return a.secondsPerFrame() < b.secondsPerFrame(); };
  std::nth_element(sorted.begin(), middle, sorted.end(), isShorter);
  const double usual = middle->secondsPerFrame();
  std::vector<Interval> regular;
  std::copy_if(intervals_.begin(), intervals_.end(), std::back_inserter(regular),
               [&](const Interval& interval) { return std::abs(interval.secondsPerFrame() / usual - 1) < kTolerance; });
  return regular;
}

bool FrameIntervals::areMost(const std::vector<Interval>& regular) const {
  constexpr double kMinRegularShare = 0.7;
  return static_cast<double>(regular.size()) >= kMinRegularShare * static_cast<double>(intervals_.size());
}

std::optional<double> FrameIntervals::rateOf(const std::vector<Interval>& intervals) {
  double seconds = 0;
  double frames = 0;
  for (const Interval& interval : intervals) {
    seconds += interval.seconds;
    frames += interval.frames;
  }
  if (!(seconds > 0)) return {};
  return nearestStandardRate(frames / seconds);
}

FrameIntervals intervalsOf(const std::vector<int64_t>& times, AVRational timeBase) {
  std::vector<TimedFrames> frames;
  frames.reserve(times.size());
  for (const int64_t time : times) frames.push_back({time, 1});
  FrameIntervals intervals;
  intervals.add(std::move(frames), timeBase);
  return intervals;
}

std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase) {
  return intervalsOf(times, timeBase).rate();
}

std::optional<double> checkedRate(std::optional<double> stated, const FrameIntervals& intervals) {
  // Fewer may be the part of a variable rate that happens to be steady.
  constexpr size_t kMinIntervals = 8;
  // More than what times in milliseconds are rounded by, and less than from one usual rate to the next.
  constexpr double kTolerance = 0.1;
  const auto measured = intervals.rate();
  if (!measured || !stated || *stated > kMaxUsualRate) return measured ? measured : stated;
  const bool isContradicted =
      intervals.count() >= kMinIntervals && intervals.areRegular() && std::abs(*measured / *stated - 1) > kTolerance;
  return isContradicted ? measured : stated;
}

}  // namespace vigie
