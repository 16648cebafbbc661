#include "describe/frame-rate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "containers/visit-packets.h"

namespace vigie {
namespace {

constexpr double kStandardRates[] = {
    5, 8, 10, 12, 12.5, 15, 20, 24000.0 / 1001, 24, 25, 30000.0 / 1001, 30, 48, 50, 60000.0 / 1001, 60, 100, 120, 240};
// Time units that coarse that no frame rate is told by them.
constexpr double kMaxRateOfTimeBase = 240;
constexpr size_t kEnoughFrames = 40;

std::optional<double> statedRate(const AVStream& stream) {
  for (const AVRational rate : {stream.avg_frame_rate, stream.r_frame_rate}) {
    if (rate.num > 0 && rate.den > 0) return av_q2d(rate);
  }
  return {};
}

std::optional<double> rateOfTimeBase(const AVStream& stream) {
  if (stream.time_base.num <= 0) return {};
  const double rate = av_q2d(av_inv_q(stream.time_base));
  return rate >= 1 && rate <= kMaxRateOfTimeBase ? std::optional(rate) : std::nullopt;
}

std::optional<double> measuredRate(OpenContainer& container, const AVStream& video, const Limits& limits) {
  std::vector<int64_t> times;
  container.io->forgetMiss();
  visitPackets(container, limits.maxPackets, [&](const AVPacket& packet) {
    const int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (packet.stream_index == video.index && time != AV_NOPTS_VALUE) times.push_back(time);
    return times.size() >= kEnoughFrames;
  });
  return rateOf(times, video.time_base);
}

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

std::optional<double> findFrameRate(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                                    const Limits& limits) {
  if (const auto stated = statedRate(video)) return stated;
  if (demuxer.frameRateSource == FrameRateSource::timeBase) {
    if (const auto rate = rateOfTimeBase(video)) return rate;
  }
  const auto measured = measuredRate(container, video, limits);
  return measured ? measured : rateOfTimeBase(video);
}

}  // namespace vigie
