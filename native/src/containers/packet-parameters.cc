#include "containers/packet-parameters.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <vector>

#include "codecs/audio-parameters.h"
#include "codecs/codec-headers.h"
#include "containers/timestamp-rate.h"
#include "containers/visit-packets.h"

namespace vigie {
namespace {

bool isHandled(const AVStream& video) {
  const AVCodecID codec = video.codecpar->codec_id;
  return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC;
}

// What has been seen of the packets so far.
class Scan {
 public:
  explicit Scan(AVFormatContext& format) : format_(format) {}

  // False as soon as a stream is met that is not handled here.
  bool add(const AVPacket& packet) {
    AVStream& stream = *format_.streams[packet.stream_index];
    noteStart(packet, stream);
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) readAudioParameters(stream, packet);
    if (&stream != findVideoStream(format_)) return true;
    if (!isHandled(stream)) return false;
    if (stream.codecpar->width == 0) readParameterSets(stream, packet);
    const int64_t time = packet.dts != AV_NOPTS_VALUE ? packet.dts : packet.pts;
    if (time != AV_NOPTS_VALUE) decodingTimes_.push_back(time);
    return true;
  }

  void finish() {
    if (start_) format_.start_time = *start_;
    AVStream* video = findVideoStream(format_);
    if (video == nullptr) return;
    const AVRational rate = video->avg_frame_rate;
    const auto stated = rate.num > 0 && rate.den > 0 ? std::optional(av_q2d(rate)) : std::nullopt;
    const auto checked = checkedRate(stated, intervalsOf(decodingTimes_, video->time_base));
    if (checked != stated) video->avg_frame_rate = av_d2q(*checked, kMaxRateDenominator);
  }

 private:
  static constexpr int kMaxRateDenominator = 60'060;

  void noteStart(const AVPacket& packet, AVStream& stream) {
    if (packet.pts == AV_NOPTS_VALUE) return;
    const bool isFirst = stream.start_time == AV_NOPTS_VALUE;
    stream.start_time = isFirst ? packet.pts : std::min(stream.start_time, packet.pts);
    const int64_t start = av_rescale_q(packet.pts, stream.time_base, AV_TIME_BASE_Q);
    start_ = std::min(start_.value_or(start), start);
  }

  AVFormatContext& format_;
  std::optional<int64_t> start_;
  std::vector<int64_t> decodingTimes_;
};

}  // namespace

bool readPacketParameters(OpenContainer& container, const Limits& limits) {
  AVFormatContext& format = *container.format;
  const AVStream* announced = findVideoStream(format);
  if (announced != nullptr && !isHandled(*announced)) return false;
  Scan scan(format);
  bool handled = true;
  visitUnparsedPackets(container, limits.maxPackets, [&](const AVPacket& packet) {
    handled = scan.add(packet);
    return !handled;
  });
  scan.finish();
  const AVStream* video = findVideoStream(format);
  const bool isKnown = video != nullptr && video->codecpar->width > 0;
  return handled && (isKnown || container.io->miss());
}

}  // namespace vigie
