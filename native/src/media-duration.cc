#include "media-duration.h"

#include <algorithm>
#include <new>

#include "mp4-fragments.h"
#include "next-range.h"

namespace vigie {
namespace {

using Result = std::variant<std::optional<Duration>, Need>;

// Tails to look for a timestamp in, one after the other.
constexpr int64_t kTailBytes[] = {32 * 1024, 128 * 1024, 256 * 1024};

double toSeconds(int64_t time, AVRational unit) { return static_cast<double>(time) * av_q2d(unit); }

std::optional<Duration> headerDuration(const AVFormatContext& format) {
  double seconds = 0;
  const bool stated = format.duration > 0 && format.duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
  if (stated) seconds = toSeconds(format.duration, AV_TIME_BASE_Q);
  for (unsigned i = 0; i < format.nb_streams && !stated; i++) {
    const AVStream& stream = *format.streams[i];
    if (stream.duration > 0) seconds = std::max(seconds, toSeconds(stream.duration, stream.time_base));
  }
  if (seconds <= 0) return {};
  return Duration{seconds, DurationSource::header};
}

// Presentation end of the last packets from `offset` to the file's end, in seconds.
std::optional<double> lastTimestamp(OpenContainer& container, int64_t offset, const Limits& limits) {
  AVFormatContext* format = container.format.get();
  container.io->jumpTo(offset);
  if (avformat_flush(format) < 0) return {};
  PacketHandle packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  std::optional<double> last;
  for (int i = 0; i < limits.maxPackets && av_read_frame(format, packet.get()) >= 0; i++) {
    if (packet->pts != AV_NOPTS_VALUE) {
      const AVRational unit = format->streams[packet->stream_index]->time_base;
      last = std::max(last.value_or(0), toSeconds(packet->pts + packet->duration, unit));
    }
    av_packet_unref(packet.get());
  }
  return last;
}

Result durationFromTail(const SparseFile& file, OpenContainer& container, const Limits& limits) {
  if (!file.size() || container.format->start_time == AV_NOPTS_VALUE) return Result{};
  const double start = toSeconds(container.format->start_time, AV_TIME_BASE_Q);
  for (const int64_t tailBytes : kTailBytes) {
    if (const auto tail = missingTail(file, tailBytes)) return *tail;
    const auto last = lastTimestamp(container, std::max<int64_t>(0, *file.size() - tailBytes), limits);
    if (last && *last > start) return Duration{*last - start, DurationSource::estimate};
  }
  return Result{};
}

}  // namespace

Result findDuration(const SparseFile& file, const Demuxer& demuxer, const Mp4Layout& mp4, OpenContainer& container,
                    const AVStream& video, const Limits& limits) {
  if (mp4.fragmented) {
    return fragmentedDuration(file, mp4, static_cast<uint32_t>(video.id), video.time_base.den);
  }
  if (demuxer.timestampsAtEnd) return durationFromTail(file, container, limits);
  return headerDuration(*container.format);
}

}  // namespace vigie
