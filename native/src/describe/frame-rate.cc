#include "describe/frame-rate.h"

#include <cstdint>
#include <vector>

#include "containers/timestamp-rate.h"
#include "containers/visit-packets.h"

namespace vigie {
namespace {

// A finer time base than this says nothing about the frame rate.
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

FrameIntervals nextIntervals(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                             const Limits& limits) {
  std::vector<int64_t> times;
  container.io->forgetMiss();
  const auto visit = [&](const AVPacket& packet) {
    const int64_t time = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
    if (packet.stream_index == video.index && time != AV_NOPTS_VALUE) times.push_back(time);
    return times.size() >= kEnoughFrames;
  };
  if (demuxer.has(Demuxer::kStatesRateBesideTimes)) {
    visitUnparsedPackets(container, limits.maxPackets, visit);
  } else {
    visitPackets(container, limits.maxPackets, visit);
  }
  return intervalsOf(times, video.time_base);
}

}  // namespace

std::optional<double> findFrameRate(OpenContainer& container, const Demuxer& demuxer, const AVStream& video,
                                    const Limits& limits) {
  const auto stated = statedRate(video);
  const bool isUsual = stated && *stated <= kMaxUsualRate;
  if (isUsual && !demuxer.has(Demuxer::kStatesRateBesideTimes)) return stated;
  if (demuxer.has(Demuxer::kTimeBaseIsFrame)) {
    if (const auto rate = stated ? stated : rateOfTimeBase(video)) return rate;
  }
  const auto checked = checkedRate(stated, nextIntervals(container, demuxer, video, limits));
  return checked ? checked : rateOfTimeBase(video);
}

}  // namespace vigie
