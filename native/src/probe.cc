#include "probe.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "container-facts.h"
#include "decoder-parameters.h"
#include "demuxers.h"
#include "describe-media.h"
#include "detect-format.h"
#include "media-duration.h"
#include "mp4-layout.h"
#include "next-range.h"
#include "open-container.h"

namespace vigie {
namespace {

// What follows the media of an MP4 is most likely its moov: up to this size it is fetched at once.
constexpr int64_t kLikelyMoovBytes = 256 * 1024;
// Bytes from the file's start after which an audio track's parameters are no longer waited for.
constexpr int64_t kMaxAudioWaitBytes = 256 * 1024;

std::vector<uint8_t> readHead(const SparseFile& file) {
  std::vector<uint8_t> head(kDetectionBytes);
  head.resize(file.read(0, head.data(), head.size()));
  return head;
}

Need missingHead(const SparseFile& file, int64_t headEnd) {
  const int64_t end = std::min({static_cast<int64_t>(kDetectionBytes), file.sizeOrMax(), file.nextRangeStart(headEnd)});
  return {headEnd, end - headEnd};
}

Failure describeRejected(const DetectedFormat& detected) {
  if (std::holds_alternative<PlainText>(detected)) return {FailureCode::notAVideo, "the file is a text, not a video"};
  if (const auto* forbidden = std::get_if<ForbiddenFormat>(&detected)) {
    return {FailureCode::unsupportedFormat, "the format " + forbidden->libavName + " is not supported"};
  }
  return {FailureCode::notAVideo, "the first bytes are of no known video format"};
}

// One attempt: the steps share what the ones before have found.
class Attempt {
 public:
  Attempt(const SparseFile& file, const Demuxer& demuxer, const Limits& limits, Interrupt& interrupt)
      : file_(file), demuxer_(demuxer), limits_(limits), interrupt_(interrupt) {}

  Answer run() {
    auto opened = open();
    if (const auto* need = std::get_if<Need>(&opened)) return *need;
    if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
    return describe(*std::get<AVStream*>(opened));
  }

  std::variant<OpenVideo, Need, Failure> runToOpen() && {
    auto opened = open();
    if (const auto* need = std::get_if<Need>(&opened)) return *need;
    if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
    return OpenVideo{&demuxer_, std::move(container_), std::get<AVStream*>(opened)};
  }

 private:
  std::variant<AVStream*, Need, Failure> open() {
    if (demuxer_.family == Family::mp4) {
      mp4_ = readMp4Layout(file_);
      if (const auto need = missingMoov()) return *need;
    }
    container_ = openContainer(file_, demuxer_, limits_, interrupt_);
    if (const auto need = missingHeader()) return *need;
    if (!container_.format) return unreadableHeader();
    if (demuxer_.needsPackets || !isVideoKnown()) {
      readCodecParameters(container_);
      if (const auto need = missingPackets()) return *need;
    }
    return findKnownVideo();
  }

  bool isMoovComplete() const {
    return mp4_.moov && file_.firstMissing(mp4_.moov->begin) >= std::min(mp4_.moov->end, file_.sizeOrMax());
  }

  std::optional<Need> missingMoov() const {
    if (!mp4_.moov || isMoovComplete()) return {};
    return nextRange(file_, file_.firstMissing(mp4_.moov->begin), mp4_.moov->end);
  }

  std::optional<Need> missingHeader() const {
    const auto miss = container_.io->miss();
    if (!miss) return {};
    // With moov in memory the rest (time code samples and the like) changes nothing in the answer.
    if (container_.format && isMoovComplete()) return {};
    const bool likelyMoov =
        demuxer_.family == Family::mp4 && !mp4_.moov && file_.size() && *file_.size() - *miss <= kLikelyMoovBytes;
    return likelyMoov ? nextRange(file_, *miss, file_.size()) : nextRange(file_, *miss);
  }

  // A miss here is harmless once every parameter is known.
  std::optional<Need> missingPackets() const {
    const auto miss = container_.io->miss();
    const int64_t read = file_.firstMissing(0);
    if (!miss || read >= limits_.probeSizeBytes) return {};
    if (isVideoKnown() && (isAudioKnown() || read >= kMaxAudioWaitBytes)) return {};
    return nextRange(file_, *miss);
  }

  bool isVideoKnown() const {
    const AVStream* video = findVideoStream(*container_.format);
    if (video == nullptr) return !demuxer_.needsPackets;
    const AVCodecParameters& parameters = *video->codecpar;
    return parameters.codec_id != AV_CODEC_ID_NONE && parameters.width > 0 && parameters.height > 0;
  }

  bool isAudioKnown() const {
    const AVFormatContext& format = *container_.format;
    return std::all_of(format.streams, format.streams + format.nb_streams, [](const AVStream* stream) {
      return stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO || stream->codecpar->sample_rate > 0;
    });
  }

  Failure unreadableHeader() const {
    if (demuxer_.family == Family::mp4 && !mp4_.moov) {
      return {FailureCode::corruptHeader, "the MP4 has no moov box: it was cut short or is still being written"};
    }
    return {FailureCode::corruptHeader, std::string("the ") + demuxer_.container + " header cannot be read"};
  }

  std::variant<AVStream*, Need, Failure> findKnownVideo() const {
    AVStream* video = findVideoStream(*container_.format);
    if (video == nullptr) return Failure{FailureCode::noVideoStream, "the file has no video stream"};
    if (video->codecpar->codec_id == AV_CODEC_ID_NONE) {
      return Failure{FailureCode::unsupportedFormat, "the codec of the video stream is not known"};
    }
    if (!isVideoKnown()) return Failure{FailureCode::corruptHeader, "the header tells no picture size"};
    return video;
  }

  Answer describe(AVStream& video) {
    Media media;
    media.facts = readContainerFacts(file_, demuxer_, *container_.format, mp4_);
    media.sizeBytes = file_.size();
    readDecoderParameters(container_, video, limits_);
    media.video = describeVideo(*container_.format, video);
    media.audio = describeAudio(*container_.format, video);
    countStreams(*container_.format, media);

    auto duration = findDuration(file_, demuxer_, mp4_, container_, video, limits_);
    if (const auto* need = std::get_if<Need>(&duration)) return *need;
    media.duration = std::get<std::optional<Duration>>(duration);
    media.bitRate = overallBitRate(media);
    return media;
  }

  std::optional<int64_t> overallBitRate(const Media& media) const {
    if (!media.sizeBytes || !media.duration) return {};
    return static_cast<int64_t>(static_cast<double>(*media.sizeBytes) * 8 / media.duration->seconds);
  }

  const SparseFile& file_;
  const Demuxer& demuxer_;
  const Limits& limits_;
  Interrupt& interrupt_;
  Mp4Layout mp4_;
  OpenContainer container_;
};

std::variant<const Demuxer*, Need, Failure> chooseDemuxer(const SparseFile& file) {
  if (file.endsAt(0)) return Failure{FailureCode::videoEmpty, "the file is empty"};
  const std::vector<uint8_t> head = readHead(file);
  const auto headEnd = static_cast<int64_t>(head.size());
  // Always from the same number of bytes, so that the answer does not depend on the portions they came in.
  if (head.size() < kDetectionBytes && !file.endsAt(headEnd)) return missingHead(file, headEnd);
  const DetectedFormat detected = detectFormat({head.data(), head.size()});
  if (const auto* demuxer = std::get_if<const Demuxer*>(&detected)) return *demuxer;
  return describeRejected(detected);
}

Answer probeUninterrupted(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  auto chosen = chooseDemuxer(file);
  if (const auto* need = std::get_if<Need>(&chosen)) return *need;
  if (auto* failure = std::get_if<Failure>(&chosen)) return std::move(*failure);
  return Attempt(file, *std::get<const Demuxer*>(chosen), limits, interrupt).run();
}

}  // namespace

Answer probe(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  if (!interrupt.tripped()) {
    Answer answer = probeUninterrupted(file, limits, interrupt);
    if (!interrupt.hasTripped()) return answer;
  }
  if (interrupt.cancelled()) return Cancelled{};
  return Failure{FailureCode::probeTimeout, "the probe took longer than its time limit"};
}

std::variant<OpenVideo, Need, Failure> openVideo(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  auto chosen = chooseDemuxer(file);
  if (const auto* need = std::get_if<Need>(&chosen)) return *need;
  if (auto* failure = std::get_if<Failure>(&chosen)) return std::move(*failure);
  return Attempt(file, *std::get<const Demuxer*>(chosen), limits, interrupt).runToOpen();
}

}  // namespace vigie
