#include "containers/mpegts/mpeg-reader.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "codecs/coded-pictures.h"
#include "codecs/mpeg-video-header.h"
#include "containers/mpegts/pes-packets.h"
#include "containers/mpegts/tail-duration.h"
#include "containers/timestamp-rate.h"
#include "io/next-range.h"

namespace vigie {
namespace {

constexpr AVRational kClock = {1, 90'000};
// Bytes from the file's start in which a stream that is announced shows up, if it is there at all.
constexpr int64_t kMaxSilentBytes = 128 * 1024;

bool isMpegVideo(const AVStream& video) {
  return video.codecpar->codec_id == AV_CODEC_ID_MPEG1VIDEO || video.codecpar->codec_id == AV_CODEC_ID_MPEG2VIDEO;
}

std::vector<uint8_t> readBytes(const SparseFile& file, int64_t begin, int64_t end) {
  std::vector<uint8_t> bytes(static_cast<size_t>(std::max<int64_t>(0, end - begin)));
  bytes.resize(file.read(begin, bytes.data(), bytes.size()));
  return bytes;
}

std::vector<uint8_t> readHead(const SparseFile& file, int64_t maxBytes) {
  return readBytes(file, 0, std::min(file.firstMissing(0), maxBytes));
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

}  // namespace

DurationResult MpegPsReader::findDuration(OpenContainer& container, const AVStream&, const Limits& limits) const {
  return durationFromTail(file(), container, limits);
}

// Sequence headers are seldom split over packets; then libav's own rate is taken.
std::optional<double> MpegPsReader::findFrameRate(const AVStream& video) const {
  if (!isMpegVideo(video)) return {};
  const std::vector<uint8_t> head = readHead(file(), kMaxOffset);
  return rateIn({head.data(), head.size()}, video);
}

void MpegTsReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersOfPackets(container, limits, interrupt);
}

void MpegTsReader::chooseStreams(AVFormatContext& format) const {
  const std::vector<uint8_t> head = readHead(file(), kMaxSilentBytes);
  if (head.size() < kMaxSilentBytes && !file().endsAt(static_cast<int64_t>(head.size()))) return;
  const StreamsInPackets there = findStreams({head.data(), head.size()});
  if (!there.haveVideo) return;
  for (unsigned i = 0; i < format.nb_streams; i++) {
    AVStream& stream = *format.streams[i];
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (there.pids.count(static_cast<uint16_t>(stream.id)) == 0) stream.discard = AVDISCARD_ALL;
  }
}

// By the times in head and tail: what the parameter sets say of them may be wrong, and a field is no frame.
std::optional<double> MpegTsReader::findFrameRate(const AVStream& video) const {
  // Of the times in it.
  constexpr int64_t kMaxHeadBytes = 256 * 1024;
  constexpr size_t kEnoughIntervals = 2;
  const AVCodecParameters& parameters = *video.codecpar;
  FrameIntervals intervals;
  std::vector<std::vector<uint8_t>> parts{readHead(file(), kMaxHeadBytes)};
  if (const auto size = file().size()) {
    const int64_t tailBegin = std::max<int64_t>(0, *size - kFirstTailBytes);
    if (tailBegin >= static_cast<int64_t>(parts[0].size())) parts.push_back(readBytes(file(), tailBegin, *size));
  }
  FrameCounter counter(parameters.codec_id, {parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
  for (const std::vector<uint8_t>& part : parts) {
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
