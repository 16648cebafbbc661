#include "describe/open-video.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codecs/audio-parameters.h"
#include "containers/demuxers.h"
#include "containers/detect-format.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// Bytes from the file's start after which an audio track's parameters are no longer waited for.
constexpr int64_t kMaxAudioWaitBytes = 256 * 1024;

Need missingHead(const SparseFile& file, int64_t headEnd) {
  const int64_t end = std::min({static_cast<int64_t>(kDetectionBytes), file.sizeOrMax(), file.nextRangeStart(headEnd)});
  return {headEnd, end - headEnd};
}

Failure describeRejected(const DetectedFormat& detected) {
  if (std::holds_alternative<PlainText>(detected)) return {FailureCode::notAVideo, "the file is a text, not a video"};
  if (const auto* forbidden = std::get_if<ForbiddenFormat>(&detected)) {
    return {FailureCode::unsupportedFormat, "the format " + forbidden->libavName + " is not supported"};
  }
  if (const auto* audio = std::get_if<AudioFormat>(&detected)) {
    return {FailureCode::noVideoStream, "the format " + audio->libavName + " holds no video"};
  }
  return {FailureCode::notAVideo, "the first bytes are of no known video format"};
}

std::variant<const Demuxer*, Need, Failure> chooseDemuxer(const SparseFile& file) {
  if (file.endsAt(0)) return Failure{FailureCode::videoEmpty, "the file is empty"};
  const std::vector<uint8_t> head = file.readBetween(0, kDetectionBytes);
  const auto headEnd = static_cast<int64_t>(head.size());
  // Always from the same number of bytes, so that the answer does not depend on the portions they came in.
  if (head.size() < kDetectionBytes && !file.endsAt(headEnd)) return missingHead(file, headEnd);
  // As recorders leave a file that they have made room for.
  if (std::all_of(head.begin(), head.end(), [](uint8_t byte) { return byte == 0; })) {
    return Failure{FailureCode::videoEmpty, "the file begins with zeros: nothing has been written there"};
  }
  const DetectedFormat detected = detectFormat({head.data(), head.size()});
  if (const auto* demuxer = std::get_if<const Demuxer*>(&detected)) return *demuxer;
  return describeRejected(detected);
}

// One attempt to open a file of a known format: the steps share what the ones before have found.
class Opening {
 public:
  Opening(const SparseFile& file, std::unique_ptr<ContainerReader> reader, const Limits& limits, Interrupt& interrupt)
      : file_(file), reader_(std::move(reader)), limits_(limits), interrupt_(interrupt) {}

  std::variant<OpenVideo, Need, Failure> run() && {
    if (auto stop = reader_->prepare()) return orElse(*std::move(stop));
    container_ = openContainer(reader_->source(), demuxer(), limits_, interrupt_);
    if (const auto need = missingHeader()) return *need;
    if (!container_.format) return unreadable();
    reader_->completeStreams(*container_.format);
    if (demuxer().has(Demuxer::kNeedsPackets) || !isVideoKnown()) {
      reader_->readParameters(container_, limits_, interrupt_);
      if (!container_.format) return unreadable();
      if (const auto need = missingPackets()) return *need;
    }
    AVStream* video = findVideoStream(*container_.format);
    if (auto failure = refuse(video)) return *std::move(failure);
    return OpenVideo{std::move(reader_), std::move(container_), video};
  }

 private:
  static std::variant<OpenVideo, Need, Failure> orElse(std::variant<Need, Failure> stop) {
    if (const auto* need = std::get_if<Need>(&stop)) return *need;
    return std::get<Failure>(std::move(stop));
  }

  const Demuxer& demuxer() const { return reader_->demuxer(); }

  std::optional<Need> missingHeader() const {
    const auto miss = container_.io->miss();
    return miss ? reader_->missingHeader(*miss, container_.format != nullptr) : std::nullopt;
  }

  Failure unreadable() const { return {FailureCode::corruptHeader, reader_->describeUnreadable()}; }

  bool isVideoKnown() const {
    const AVStream* video = findVideoStream(*container_.format);
    if (video == nullptr) return !demuxer().has(Demuxer::kNeedsPackets);
    const AVCodecParameters& parameters = *video->codecpar;
    return reader_->findCodecName(*video) && parameters.width > 0 && parameters.height > 0;
  }

  // A miss here is harmless once every parameter is known.
  std::optional<Need> missingPackets() const {
    const auto miss = container_.io->miss();
    const auto missing = miss ? reader_->missingPacket(*miss) : std::nullopt;
    const int64_t read = file_.firstMissing(0);
    if (!missing || read >= limits_.probeSizeBytes) return {};
    if (isVideoKnown() && (!waitsForAudio() || read >= kMaxAudioWaitBytes)) return {};
    const Need need = nextRange(file_, *missing);
    return Need{need.offset, std::min(need.lengthBytes, limits_.probeSizeBytes - read)};
  }

  bool waitsForAudio() const {
    if (reader_->purpose() == Purpose::pictures || areAudiosKnown(*container_.format)) return false;
    // The file's end, which is needed anyway, states the parameters of the audio as well.
    return !(demuxer().has(Demuxer::kTimestampsAtEnd) && file_.size());
  }

  std::optional<Failure> refuse(const AVStream* video) const {
    if (video == nullptr) return Failure{FailureCode::noVideoStream, "the file has no video stream"};
    if (!reader_->findCodecName(*video)) {
      return Failure{FailureCode::unsupportedFormat, "the codec of the video stream is not known"};
    }
    if (!isVideoKnown()) return Failure{FailureCode::corruptHeader, "the header states no picture size"};
    return {};
  }

  const SparseFile& file_;
  std::unique_ptr<ContainerReader> reader_;
  const Limits& limits_;
  Interrupt& interrupt_;
  OpenContainer container_;
};

}  // namespace

std::variant<OpenVideo, Need, Failure> openVideo(const SparseFile& file, Purpose purpose, const Limits& limits,
                                                 Interrupt& interrupt) {
  auto chosen = chooseDemuxer(file);
  if (const auto* need = std::get_if<Need>(&chosen)) return *need;
  if (auto* failure = std::get_if<Failure>(&chosen)) return std::move(*failure);
  const Demuxer& demuxer = *std::get<const Demuxer*>(chosen);
  return Opening(file, demuxer.makeReader(file, demuxer, purpose), limits, interrupt).run();
}

}  // namespace vigie
