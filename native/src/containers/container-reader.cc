#include "containers/container-reader.h"

#include <algorithm>

#include "containers/packet-parameters.h"
#include "containers/seconds.h"
#include "io/next-range.h"

namespace vigie {

ContainerReader::ContainerReader(const SparseFile& file, const Demuxer& demuxer, Purpose purpose)
    : file_(file), demuxer_(demuxer), purpose_(purpose) {}

std::optional<Need> ContainerReader::foreseeNeed() {
  return demuxer_.has(Demuxer::kTimestampsAtEnd) ? missingTail(file_, kFirstTailBytes) : std::nullopt;
}

std::optional<std::variant<Need, Failure>> ContainerReader::prepare() {
  if (purpose_ == Purpose::pictures) return {};
  return foreseeNeed();
}

std::optional<Need> ContainerReader::missingHeader(int64_t miss, bool) const {
  if (isArranged()) return {};
  return nextRange(file_, miss);
}

std::string ContainerReader::describeUnreadable() const {
  return std::string("the ") + demuxer_.container + " header cannot be read";
}

void ContainerReader::completeStreams(AVFormatContext&) const {}

std::optional<std::string> ContainerReader::findCodecName(const AVStream& stream) const {
  const AVCodecID codec = stream.codecpar->codec_id;
  return codec == AV_CODEC_ID_NONE ? std::nullopt : std::optional<std::string>(avcodec_get_name(codec));
}

void ContainerReader::readParameters(OpenContainer& container, const Limits&, Interrupt&) const {
  readCodecParameters(container);
}

void ContainerReader::readParametersOfPackets(OpenContainer& container, const Limits& limits,
                                              Interrupt& interrupt) const {
  chooseStreams(*container.format);
  if (purpose_ == Purpose::description) {
    if (readPacketParameters(container, limits)) return;
    // The packets that it has read are gone.
    container = openContainer(source(), demuxer_, limits, interrupt);
    if (!container.format) return;
    chooseStreams(*container.format);
  }
  readCodecParameters(container);
}

std::optional<int64_t> ContainerReader::missingPacket(int64_t miss) const { return miss; }

ContainerFacts ContainerReader::readFacts(const AVFormatContext&) const {
  ContainerFacts facts;
  facts.container = demuxer_.container;
  return facts;
}

DurationResult ContainerReader::findDuration(OpenContainer& container, const AVStream&, const Limits&) const {
  const AVFormatContext& format = *container.format;
  // Never a guess from a bit rate, which libav spreads over the streams too.
  if (format.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return std::nullopt;
  double seconds = 0;
  const bool stated = format.duration > 0;
  if (stated) seconds = toSeconds(format.duration, AV_TIME_BASE_Q);
  for (unsigned i = 0; i < format.nb_streams && !stated; i++) {
    const AVStream& stream = *format.streams[i];
    if (stream.duration > 0) seconds = std::max(seconds, toSeconds(stream.duration, stream.time_base));
  }
  if (seconds <= 0) return std::nullopt;
  return Duration{seconds, DurationSource::header};
}

std::optional<double> ContainerReader::findFrameRate(const AVStream&) const { return {}; }

std::optional<int64_t> ContainerReader::correctBitRate(std::optional<int64_t> stated, const AVStream&,
                                                       const std::optional<Duration>&) const {
  return stated;
}

}  // namespace vigie
