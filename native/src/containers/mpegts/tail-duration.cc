#include "containers/mpegts/tail-duration.h"

#include <algorithm>

#include "codecs/audio-parameters.h"
#include "containers/visit-packets.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// Tails to search for a timestamp, one after the other.
constexpr int64_t kTailBytes[] = {kFirstTailBytes, 128 * 1024, 256 * 1024};

double toSeconds(int64_t time, AVRational unit) { return static_cast<double>(time) * av_q2d(unit); }

// libav knows the last picture's only when another follows.
double durationOf(const AVPacket& packet, const AVStream& stream) {
  if (packet.duration > 0) return toSeconds(packet.duration, stream.time_base);
  const AVRational rate = stream.avg_frame_rate.num > 0 ? stream.avg_frame_rate : stream.r_frame_rate;
  return rate.num > 0 ? av_q2d(av_inv_q(rate)) : 0;
}

// Presentation end of the last packets from `offset` to the file's end, in seconds. On the way they fill in what the
// head has left open of the audio.
std::optional<double> lastTimestamp(OpenContainer& container, int64_t offset, const Limits& limits) {
  AVFormatContext* format = container.format.get();
  container.io->jumpTo(offset);
  if (avformat_flush(format) < 0) return {};
  std::optional<double> last;
  visitPackets(container, limits.maxPackets, [&](const AVPacket& packet) {
    AVStream& stream = *format->streams[packet.stream_index];
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) readAudioParameters(stream, packet);
    if (packet.pts != AV_NOPTS_VALUE) {
      last = std::max(last.value_or(0), toSeconds(packet.pts, stream.time_base) + durationOf(packet, stream));
    }
    return false;
  });
  return last;
}

}  // namespace

DurationResult durationFromTail(const SparseFile& file, OpenContainer& container, const Limits& limits) {
  if (!file.size() || container.format->start_time == AV_NOPTS_VALUE) return std::nullopt;
  const double start = toSeconds(container.format->start_time, AV_TIME_BASE_Q);
  std::optional<Duration> duration;
  for (const int64_t tailBytes : kTailBytes) {
    if (const auto tail = missingTail(file, tailBytes)) return *tail;
    const auto last = lastTimestamp(container, std::max<int64_t>(0, *file.size() - tailBytes), limits);
    if (last && *last > start) duration = Duration{*last - start, DurationSource::estimate};
    if (duration && areAudiosKnown(*container.format)) break;
  }
  return duration;
}

}  // namespace vigie
