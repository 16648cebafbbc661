#include "containers/mpegts/tail-duration.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "codecs/audio-parameters.h"
#include "containers/last-times.h"
#include "containers/seconds.h"
#include "containers/visit-packets.h"
#include "io/next-range.h"
#include "io/padding.h"

namespace vigie {
namespace {

// Tails to search for the last timestamps, one after the other: streams of a high bit rate have few, and recorders
// leave zeros or null packets behind them.
constexpr int64_t kMpegTailBytes[] = {kFirstTailBytes, 128 * 1024, 512 * 1024, 2 * 1024 * 1024};
// A stream that has none in so much has ended earlier.
constexpr int64_t kEnoughBytes = 128 * 1024;
// Before the padding; of low bit rates these are many packets.
constexpr int64_t kMaxContentBytes = 256 * 1024;

// The limits of a probe allow 16.
constexpr size_t kMaxMpegRangesOfPadding = 12;

bool isTimed(const AVStream& stream) {
  const AVMediaType type = stream.codecpar->codec_type;
  const bool isPlayed = type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO;
  return isPlayed && stream.start_time != AV_NOPTS_VALUE;
}

// Of the packets of libav's parsers, in seconds. That for AAC leaves the rate, and so the duration, to the decoder; for
// Opus, some libavs say none.
double durationOf(const AVPacket& packet, const AVStream& stream) {
  constexpr double kAacFrameSamples = 1024;
  const AVCodecParameters& parameters = *stream.codecpar;
  if (parameters.codec_type == AVMEDIA_TYPE_VIDEO && stream.avg_frame_rate.num > 0) {
    return av_q2d(av_inv_q(stream.avg_frame_rate));
  }
  if (packet.duration <= 0 && parameters.codec_id == AV_CODEC_ID_AAC && parameters.sample_rate > 0) {
    return kAacFrameSamples / parameters.sample_rate;
  }
  if (parameters.codec_id == AV_CODEC_ID_OPUS) return opusSeconds({packet.data, static_cast<size_t>(packet.size)});
  return toSeconds(packet.duration, stream.time_base);
}

// When the last picture or sound of a stream ends, in seconds.
class StreamEnd {
 public:
  // `packet` or another before it has a time stamp.
  void add(const AVPacket& packet, const AVStream& stream) {
    const bool isTimed = packet.pts != AV_NOPTS_VALUE;
    const double time = isTimed ? toSeconds(packet.pts, stream.time_base) : times_.last() + times_.duration();
    times_.add(time, durationOf(packet, stream));
  }

  // A field lasts half as long as a frame.
  double seconds() const {
    return times_.last() + std::min(times_.duration(), times_.interval().value_or(times_.duration()));
  }

 private:
  LastTimes times_;
};

// The ends of all streams.
class StreamEnds {
 public:
  explicit StreamEnds(OpenContainer& container) : container_(container), format_(*container.format) {}

  // Reads on from `offset` to the file's end. On the way, packets fill in what the head has left open of the audio.
  void readFrom(int64_t offset, const Limits& limits) {
    container_.io->jumpTo(offset);
    if (avformat_flush(&format_) < 0) return;
    visitPackets(container_, limits.maxPackets, [&](const AVPacket& packet) {
      AVStream& stream = *format_.streams[packet.stream_index];
      const bool isAudio = stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
      if (isAudio) readAudioParameters(stream, packet);
      const bool followsTimed = isAudio && ends_.count(packet.stream_index) > 0;
      if (packet.pts != AV_NOPTS_VALUE || followsTimed) ends_[packet.stream_index].add(packet, stream);
      return false;
    });
  }

  // What was found elsewhere.
  void add(const StreamEnds& others) {
    for (const auto& [stream, end] : others.ends_) {
      const auto [known, isNew] = ends_.emplace(stream, end);
      if (!isNew && end.seconds() > known->second.seconds()) known->second = end;
    }
  }

  bool isEmpty() const { return ends_.empty(); }

  // Whether there is video and audio of each program that is there, if the head has some. What else the program has, or
  // another program, has ended before.
  bool areComplete() const {
    std::set<Kind> found;
    std::set<const AVProgram*> programs;
    for (const auto& [stream, end] : ends_) {
      const Kind kind = kindOf(static_cast<unsigned>(stream));
      found.insert(kind);
      programs.insert(kind.first);
    }
    for (unsigned i = 0; i < format_.nb_streams; i++) {
      const Kind kind = kindOf(i);
      if (isTimed(*format_.streams[i]) && programs.count(kind.first) > 0 && found.count(kind) == 0) return false;
    }
    return !ends_.empty();
  }

  // Of the program that lasts longest: each has a clock of its own.
  std::optional<double> longest() const {
    std::map<const AVProgram*, Span> spans;
    for (unsigned i = 0; i < format_.nb_streams; i++) {
      const AVStream& stream = *format_.streams[i];
      if (isTimed(stream)) spans[programOf(i)].begin(toSeconds(stream.start_time, stream.time_base));
      if (const auto end = ends_.find(static_cast<int>(i)); end != ends_.end())
        spans[programOf(i)].end(end->second.seconds());
    }
    std::optional<double> longest;
    for (const auto& [program, span] : spans) {
      if (const auto seconds = span.seconds()) longest = std::max(longest.value_or(0), *seconds);
    }
    return longest;
  }

 private:
  class Span {
   public:
    void begin(double seconds) { begin_ = std::min(begin_.value_or(seconds), seconds); }
    void end(double seconds) { end_ = std::max(end_.value_or(seconds), seconds); }
    std::optional<double> seconds() const {
      return begin_ && end_ && *end_ > *begin_ ? std::optional(*end_ - *begin_) : std::nullopt;
    }

   private:
    std::optional<double> begin_;
    std::optional<double> end_;
  };

  using Kind = std::pair<const AVProgram*, AVMediaType>;

  Kind kindOf(unsigned stream) const { return {programOf(stream), format_.streams[stream]->codecpar->codec_type}; }

  const AVProgram* programOf(unsigned stream) const {
    return av_find_program_from_stream(&format_, nullptr, static_cast<int>(stream));
  }

  OpenContainer& container_;
  AVFormatContext& format_;
  std::map<int, StreamEnd> ends_;
};

// Where the zeros begin that a recorder has left at the end, or what else it repeats there.
int64_t paddingBegin(const SparseFile& file, int64_t tailBegin, int64_t tailEnd) {
  // A packet may end with some of its own.
  constexpr int64_t kPacketBytes = 256;
  const std::vector<uint8_t> tail = file.readBetween(tailBegin, tailEnd);
  const auto isContent = [&](uint8_t byte) { return byte != tail.back(); };
  const auto lastContent = std::find_if(tail.rbegin(), tail.rend(), isContent);
  return tailBegin + (tail.rend() - lastContent) + kPacketBytes;
}

int64_t firstToRead(int64_t tailBegin, int64_t contentEnd) {
  // libav looks for the first packet by going back a little.
  constexpr int64_t kMaxStepBackBytes = 4096;
  if (tailBegin > 0) tailBegin += kMaxStepBackBytes;
  return std::max(tailBegin, contentEnd - kMaxContentBytes);
}

}  // namespace

DurationResult durationFromTail(const SparseFile& file, OpenContainer& container, const Limits& limits) {
  if (!file.size()) return std::nullopt;
  StreamEnds head(container);
  head.readFrom(0, limits);
  const auto padding = findPadding(file, 0, kMaxMpegRangesOfPadding);
  if (const auto* need = std::get_if<Need>(&padding)) return *need;
  const int64_t tailEnd = std::get<int64_t>(padding);
  std::optional<Duration> duration;
  for (const int64_t tailBytes : kMpegTailBytes) {
    if (const auto tail = missingBefore(file, tailEnd, tailBytes)) return *tail;
    const int64_t tailBegin = std::max<int64_t>(0, tailEnd - tailBytes);
    const int64_t contentEnd = paddingBegin(file, tailBegin, tailEnd);
    container.io->endAt(contentEnd);
    StreamEnds ends(container);
    ends.readFrom(firstToRead(tailBegin, contentEnd), limits);
    const bool isFound = !ends.isEmpty();
    const bool isComplete = ends.areComplete() && areAudiosKnown(*container.format);
    ends.add(head);
    if (const auto seconds = ends.longest()) duration = Duration{*seconds, DurationSource::estimate};
    if (isComplete || tailBegin == 0 || (isFound && tailBytes >= kEnoughBytes)) break;
  }
  return duration;
}

}  // namespace vigie
