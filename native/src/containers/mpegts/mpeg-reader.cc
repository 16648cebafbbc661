#include "containers/mpegts/mpeg-reader.h"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include "codecs/coded-pictures.h"
#include "codecs/mpeg-video-header.h"
#include "containers/mpegts/pes-packets.h"
#include "containers/mpegts/tail-duration.h"
#include "containers/seconds.h"
#include "containers/timestamp-rate.h"
#include "io/next-range.h"

namespace vigie {
namespace {

constexpr AVRational kClock = {1, 90'000};
constexpr double kNoLimit = std::numeric_limits<double>::infinity();
// Bytes from the file's start in which a stream that is announced shows up, if it is there at all.
constexpr int64_t kMaxSilentBytes = 128 * 1024;

bool isMpegVideo(const AVStream& video) {
  return video.codecpar->codec_id == AV_CODEC_ID_MPEG1VIDEO || video.codecpar->codec_id == AV_CODEC_ID_MPEG2VIDEO;
}

// What elementary streams there are, announced or not.
struct StreamsInPackets {
  std::set<uint16_t> pids;
  bool haveVideo = false;
};

StreamsInPackets findStreams(ByteView head) {
  StreamsInPackets streams;
  TsPacketReader reader(head);
  while (const auto packet = reader.next()) {
    if (!startsPes(*packet)) continue;
    streams.pids.insert(packet->pid);
    streams.haveVideo = streams.haveVideo || startsVideoPes(*packet);
  }
  return streams;
}

std::optional<double> rateIn(ByteView stream, const AVStream& video) {
  const auto header = findMpegVideoHeader(stream);
  if (!header || header->width != video.codecpar->width || header->frameRate.num == 0) return {};
  return av_q2d(header->frameRate);
}

// When the packets of the video are to be decoded, in the order of the file.
std::vector<int64_t> timesOf(ByteView bytes, const AVStream& video) {
  std::vector<int64_t> times;
  for (const PesPacket& packet : readPesPackets(bytes, static_cast<uint16_t>(video.id))) {
    if (packet.time) times.push_back(*packet.time);
  }
  return times;
}

// How long times go on without a jump of the clock, and how often it jumps.
struct Steps {
  double seconds = 0;
  int jumps = 0;
};

Steps sumOfSteps(const std::vector<int64_t>& times) {
  constexpr double kMaxStepSeconds = 10;
  Steps steps;
  for (size_t i = 1; i < times.size(); i++) {
    const double step = toSeconds(times[i] - times[i - 1], kClock);
    const bool isStep = step >= 0 && step < kMaxStepSeconds;
    if (isStep) steps.seconds += step;
    if (!isStep) steps.jumps++;
  }
  return steps;
}

}  // namespace

DurationResult MpegPsReader::findDuration(OpenContainer& container, const AVStream&, const Limits& limits) const {
  return durationFromTail(file(), container, limits);
}

// Sequence headers are seldom split over packets; then libav's own rate is taken.
std::optional<double> MpegPsReader::findFrameRate(const AVStream& video) const {
  if (!isMpegVideo(video)) return {};
  const std::vector<uint8_t> head = file().readBetween(0, kMaxOffset);
  return rateIn({head.data(), head.size()}, video);
}

void MpegTsReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersOfPackets(container, limits, interrupt);
}

void MpegTsReader::chooseStreams(AVFormatContext& format) const {
  const std::vector<uint8_t> head = file().readBetween(0, kMaxSilentBytes);
  if (head.size() < kMaxSilentBytes && !file().endsAt(static_cast<int64_t>(head.size()))) return;
  const StreamsInPackets there = findStreams({head.data(), head.size()});
  if (!there.haveVideo) return;
  for (unsigned i = 0; i < format.nb_streams; i++) {
    AVStream& stream = *format.streams[i];
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (there.pids.count(static_cast<uint16_t>(stream.id)) == 0) stream.discard = AVDISCARD_ALL;
  }
}

// The parts of the file in memory that times are read from: the head and, if it is another, the tail.
std::vector<std::vector<uint8_t>> MpegTsReader::readTimedParts() const {
  constexpr int64_t kMaxHeadBytes = 256 * 1024;
  std::vector<std::vector<uint8_t>> parts{file().readBetween(0, kMaxHeadBytes)};
  if (const auto size = file().size()) {
    const int64_t tailBegin = std::max<int64_t>(0, *size - kFirstTailBytes);
    if (tailBegin >= static_cast<int64_t>(parts[0].size())) parts.push_back(file().readBetween(tailBegin, *size));
  }
  return parts;
}

// Two recordings in one file, each on a clock of its own, seem to last as long as the clocks differ, or as long as one.
DurationResult MpegTsReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  constexpr int64_t kMaxWholeBytes = 512 * 1024;
  const auto result = MpegPsReader::findDuration(container, video, limits);
  const auto* found = std::get_if<std::optional<Duration>>(&result);
  if (found == nullptr || !file().size()) return result;
  const Plausible plausible = plausibleSeconds(video);
  const bool isTooLong = *found && (*found)->seconds > plausible.most;
  const bool isTooShort = !*found || (*found)->seconds < plausible.least;
  if (!isTooLong && !isTooShort) return result;
  if (*file().size() > kMaxWholeBytes) return isTooLong ? DurationResult(std::nullopt) : result;
  const int64_t missing = file().firstMissing(0);
  if (!file().endsAt(missing)) return Need{missing, std::min(*file().size(), file().nextRangeStart(missing)) - missing};
  const auto joined = joinedSeconds(video);
  return joined ? DurationResult(Duration{*joined, DurationSource::estimate}) : result;
}

// By how long the bytes in head and tail last.
MpegTsReader::Plausible MpegTsReader::plausibleSeconds(const AVStream& video) const {
  // A still scene takes less than its first key picture.
  constexpr double kMaxRatio = 20;
  constexpr double kMinRatio = 0.7;
  const auto size = static_cast<double>(*file().size());
  Plausible plausible{0, kNoLimit};
  double most = 0;
  for (const std::vector<uint8_t>& part : readTimedParts()) {
    const double seconds = sumOfSteps(timesOf({part.data(), part.size()}, video)).seconds;
    if (seconds <= 0) continue;
    const double secondsOfAll = seconds / static_cast<double>(part.size()) * size;
    most = std::max(most, secondsOfAll);
    plausible.least = plausible.least > 0 ? std::min(plausible.least, secondsOfAll) : secondsOfAll;
  }
  plausible.least *= kMinRatio;
  if (most > 0) plausible.most = most * kMaxRatio;
  return plausible;
}

// Where the clock jumps, a picture lasts as long as the others; nothing if it doesn't.
std::optional<double> MpegTsReader::joinedSeconds(const AVStream& video) const {
  const std::vector<uint8_t> whole = file().readBetween(0, kMaxOffset);
  const std::vector<int64_t> times = timesOf({whole.data(), whole.size()}, video);
  const Steps steps = sumOfSteps(times);
  const AVRational rate = video.avg_frame_rate;
  if (steps.jumps == 0 || rate.num <= 0) return {};
  return steps.seconds + (steps.jumps + 1) * av_q2d(av_inv_q(rate));
}

// By the times in head and tail: what the parameter sets say of them may be wrong, and a field is no frame.
std::optional<double> MpegTsReader::findFrameRate(const AVStream& video) const {
  constexpr size_t kEnoughIntervals = 2;
  const AVCodecParameters& parameters = *video.codecpar;
  FrameIntervals intervals;
  FrameCounter counter(parameters.codec_id, {parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
  for (const std::vector<uint8_t>& part : readTimedParts()) {
    std::vector<TimedFrames> frames;
    for (const PesPacket& packet : readPesPackets({part.data(), part.size()}, static_cast<uint16_t>(video.id))) {
      const ByteView payload{packet.payload.data(), packet.payload.size()};
      if (isMpegVideo(video)) {
        if (const auto rate = rateIn(payload, video)) return rate;
      }
      if (packet.time) frames.push_back({*packet.time, counter.count(payload)});
    }
    intervals.add(std::move(frames), kClock);
  }
  return intervals.count() >= kEnoughIntervals ? intervals.rate() : std::nullopt;
}

}  // namespace vigie
