#include "containers/timestamp-rate.h"

#include <algorithm>
#include <cmath>
#include <iterator>

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

std::optional<double> rateOf(const std::vector<int64_t>& times, AVRational timeBase) {
  if (times.size() < 2) return {};
  const auto [first, last] = std::minmax_element(times.begin(), times.end());
  // Each by itself: the difference of hostile timestamps overflows.
  const double seconds = (static_cast<double>(*last) - static_cast<double>(*first)) * av_q2d(timeBase);
  if (seconds <= 0) return {};
  return nearestStandardRate(static_cast<double>(times.size() - 1) / seconds);
}

}  // namespace vigie
