#include "describe/probe.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "codecs/audio-parameters.h"
#include "codecs/decoder-parameters.h"
#include "containers/demuxers.h"
#include "containers/detect-format.h"
#include "containers/matroska/matroska-layout.h"
#include "containers/mp4/mp4-fragments.h"
#include "containers/mp4/mp4-layout.h"
#include "containers/mp4/mp4-lean-header.h"
#include "containers/mp4/mp4-sample-limit.h"
#include "containers/open-container.h"
#include "containers/packet-parameters.h"
#include "describe/container-facts.h"
#include "describe/describe-media.h"
#include "describe/frame-rate.h"
#include "describe/media-duration.h"
#include "io/next-range.h"

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
  if (const auto* audio = std::get_if<AudioFormat>(&detected)) {
    return {FailureCode::noVideoStream, "the format " + audio->libavName + " holds no video"};
  }
  return {FailureCode::notAVideo, "the first bytes are of no known video format"};
}

// Nothing for what only a damaged header comes to.
std::optional<int64_t> toBitRate(double bitsPerSecond) {
  if (!(bitsPerSecond < static_cast<double>(kMaxOffset))) return {};
  return static_cast<int64_t>(bitsPerSecond);
}

// For pictures libav reads nothing that leads to no packet, and the packets that a description has read are gone.
enum class Purpose { description, pictures };

// One attempt: the steps share what the ones before have found.
class Attempt {
 public:
  Attempt(const SparseFile& file, const Demuxer& demuxer, Purpose purpose, const Limits& limits, Interrupt& interrupt)
      : file_(file), demuxer_(demuxer), purpose_(purpose), limits_(limits), interrupt_(interrupt) {}

  // Takes microseconds and allocates nothing: fit for the thread that calls.
  std::optional<Need> foresee() {
    if (demuxer_.family == Family::mp4) return foreseeMp4();
    if (demuxer_.timestampsAtEnd) return missingTail(file_, kFirstTailBytes);
    return {};
  }

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
    return OpenVideo{&demuxer_, std::move(arrangedHeader_), insertedBytes_, std::move(container_),
                     std::get<AVStream*>(opened)};
  }

 private:
  using Opened = std::variant<AVStream*, Need, Failure>;

  Opened open() {
    if (auto stop = arrange()) return *std::move(stop);
    container_ = openContainer(source(), demuxer_, limits_, interrupt_);
    if (const auto need = missingHeader()) return *need;
    if (!container_.format) return unreadableHeader();
    if (demuxer_.needsPackets || !isVideoKnown()) {
      readParameters();
      if (!container_.format) return unreadableHeader();
      if (const auto need = missingPackets()) return *need;
    }
    return findKnownVideo();
  }

  // What is clear before libav looks at anything: bytes that are needed in any case, a header to read in the file's
  // place.
  std::optional<Opened> arrange() {
    if (demuxer_.family == Family::mp4) return arrangeMp4();
    if (demuxer_.family == Family::matroska) return arrangeMatroska();
    if (purpose_ == Purpose::pictures) return {};
    if (const auto need = foresee()) return *need;
    return {};
  }

  std::optional<Need> foreseeMp4() {
    mp4_ = readMp4Layout(file_);
    if (const auto need = missingMoov()) return need;
    if (purpose_ == Purpose::pictures || !isMoovComplete() || !mp4_.fragmented) return {};
    return missingFragmentIndex(file_, mp4_);
  }

  std::optional<Opened> arrangeMp4() {
    if (const auto need = foreseeMp4()) return *need;
    if (purpose_ == Purpose::description && isMoovComplete()) hideSampleTables();
    if (const auto failure = refuseTables()) return *failure;
    return {};
  }

  void hideSampleTables() {
    auto lean = makeLeanMp4Header(file_, mp4_);
    if (!lean) return;
    arrangedHeader_ = std::make_unique<SparseFile>(std::move(lean->file));
    mediaBytes_ = std::move(lean->mediaBytes);
  }

  std::optional<Opened> arrangeMatroska() {
    auto arranged = arrangeMatroskaHeader(file_);
    if (const auto* need = std::get_if<Need>(&arranged)) return *need;
    if (auto* moved = std::get_if<MovedTracks>(&arranged)) {
      arrangedHeader_ = std::make_unique<SparseFile>(std::move(moved->file));
      insertedBytes_ = moved->insertedBytes;
    }
    if (auto* header = std::get_if<ShortHeader>(&arranged); header && purpose_ == Purpose::description) {
      arrangedHeader_ = std::make_unique<SparseFile>(std::move(header->file));
    }
    return {};
  }

  // What libav reads.
  const SparseFile& source() const { return arrangedHeader_ ? *arrangedHeader_ : file_; }

  void readParameters() {
    const bool isDescribedHere = demuxer_.family == Family::mpegts || demuxer_.family == Family::flv;
    if (purpose_ == Purpose::description && isDescribedHere) {
      if (readPacketParameters(container_, limits_)) return;
      // The packets that it has read are gone.
      container_ = openContainer(file_, demuxer_, limits_, interrupt_);
      if (!container_.format) return;
    }
    readCodecParameters(container_);
  }

  bool isMoovComplete() const {
    return mp4_.moov && file_.firstMissing(mp4_.moov->begin) >= std::min(mp4_.moov->end, file_.sizeOrMax());
  }

  std::optional<Need> missingMoov() const {
    if (!mp4_.moov) return mp4_.unread ? std::optional(rangeAt(*mp4_.unread)) : std::nullopt;
    if (isMoovComplete()) return {};
    return nextRange(file_, file_.firstMissing(mp4_.moov->begin), mp4_.moov->end);
  }

  // Counted where libav is going to look: tables that are hidden from it may be of any length.
  std::optional<Failure> refuseTables() const {
    const Mp4SampleClaims claims = arrangedHeader_
                                       ? readMp4SampleClaims(*arrangedHeader_, readMp4Layout(*arrangedHeader_))
                                       : readMp4SampleClaims(file_, mp4_);
    if (claims.compressed)
      return Failure{FailureCode::unsupportedFormat, "MP4 with a compressed header is not supported"};
    if (claims.indexEntries <= kMaxMp4IndexEntries) return {};
    return Failure{FailureCode::corruptHeader,
                   "the MP4 header claims more than " + std::to_string(kMaxMp4IndexEntries) + " samples"};
  }

  std::optional<Need> missingHeader() const {
    const auto miss = container_.io->miss();
    if (!miss || arrangedHeader_) return {};
    // With moov in memory the rest (time code samples and the like) changes nothing in the answer.
    if (container_.format && isMoovComplete()) return {};
    return rangeAt(*miss);
  }

  Need rangeAt(int64_t offset) const {
    const bool isLikelyMoov =
        demuxer_.family == Family::mp4 && !mp4_.moov && file_.size() && *file_.size() - offset <= kLikelyMoovBytes;
    return isLikelyMoov ? nextRange(file_, offset, file_.size()) : nextRange(file_, offset);
  }

  // A miss here is harmless once every parameter is known.
  std::optional<Need> missingPackets() const {
    const auto miss = missingPacket();
    const int64_t read = file_.firstMissing(0);
    if (!miss || read >= limits_.probeSizeBytes) return {};
    // The file's end, which is needed anyway, is as good a place to learn about the audio.
    const bool waitsForAudio = purpose_ == Purpose::description && !areAudiosKnown(*container_.format) &&
                               !(demuxer_.timestampsAtEnd && file_.size());
    if (isVideoKnown() && (!waitsForAudio || read >= kMaxAudioWaitBytes)) return {};
    const Need need = nextRange(file_, *miss);
    return Need{need.offset, std::min(need.lengthBytes, limits_.probeSizeBytes - read)};
  }

  // Of the file itself: offsets in an arranged header are not the file's.
  std::optional<int64_t> missingPacket() const {
    const auto miss = container_.io->miss();
    if (!miss || !arrangedHeader_) return miss;
    // A lean header leads to no packet.
    if (demuxer_.family == Family::mp4) return {};
    const int64_t missing = file_.firstMissing(0);
    return file_.endsAt(missing) ? std::nullopt : std::optional(missing);
  }

  bool isVideoKnown() const {
    const AVStream* video = findVideoStream(*container_.format);
    if (video == nullptr) return !demuxer_.needsPackets;
    const AVCodecParameters& parameters = *video->codecpar;
    if (demuxer_.padsSize && parameters.format == AV_PIX_FMT_NONE) return false;
    return parameters.codec_id != AV_CODEC_ID_NONE && parameters.width > 0 && parameters.height > 0;
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
    media.video.frameRate = frameRateOf(video);

    auto duration = findDuration(file_, demuxer_, mp4_, container_, video, limits_);
    if (const auto* need = std::get_if<Need>(&duration)) return *need;
    media.duration = std::get<std::optional<Duration>>(duration);
    countStreams(*container_.format, media);
    media.audio = describeAudio(*container_.format, video);
    media.bitRate = overallBitRate(media);
    if (mp4_.fragmented && !isIndexedTo(video, media.duration)) media.video.bitRate.reset();
    if (const auto bitRate = bitRateOfSamples(video)) media.video.bitRate = bitRate;
    return media;
  }

  std::optional<double> frameRateOf(const AVStream& video) {
    if (mp4_.fragmented && video.avg_frame_rate.num == 0) {
      const auto rate = fragmentedFrameRate(file_, mp4_, static_cast<uint32_t>(video.id), video.time_base.den);
      if (rate) return rate;
    }
    return findFrameRate(container_, demuxer_, video, limits_);
  }

  // As libav computes it from the tables that are hidden from it.
  std::optional<int64_t> bitRateOfSamples(const AVStream& video) const {
    const auto track = mediaBytes_.find(static_cast<uint32_t>(video.id));
    if (track == mediaBytes_.end() || track->second <= 0 || video.duration <= 0) return {};
    return toBitRate(static_cast<double>(track->second) * 8 * video.time_base.den /
                     static_cast<double>(video.duration));
  }

  // libav computes the bit rate of a fragmented track from the fragments that it has come across.
  static bool isIndexedTo(const AVStream& video, const std::optional<Duration>& duration) {
    constexpr double kNearlyWhole = 0.95;
    const int count = avformat_index_get_entries_count(&video);
    if (count == 0 || !duration) return false;
    const AVIndexEntry* last = avformat_index_get_entry(const_cast<AVStream*>(&video), count - 1);
    return static_cast<double>(last->timestamp) * av_q2d(video.time_base) >= duration->seconds * kNearlyWhole;
  }

  std::optional<int64_t> overallBitRate(const Media& media) const {
    if (!media.sizeBytes || !media.duration || media.duration->seconds <= 0) return {};
    return toBitRate(static_cast<double>(*media.sizeBytes) * 8 / media.duration->seconds);
  }

  const SparseFile& file_;
  const Demuxer& demuxer_;
  const Purpose purpose_;
  const Limits& limits_;
  Interrupt& interrupt_;
  Mp4Layout mp4_;
  // What libav reads instead of the file, where that spares it something.
  std::unique_ptr<SparseFile> arrangedHeader_;
  // Of Tracks, before the packets in an arranged header.
  int64_t insertedBytes_ = 0;
  // Of each MP4 track whose tables of samples are hidden from libav.
  std::map<uint32_t, int64_t> mediaBytes_;
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
  return Attempt(file, *std::get<const Demuxer*>(chosen), Purpose::description, limits, interrupt).run();
}

}  // namespace

std::optional<Need> foreseeNeed(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const ByteView head = file.viewFrom(0);
  if (head.size < kDetectionBytes && !file.endsAt(static_cast<int64_t>(head.size))) return {};
  const Demuxer* demuxer = matchMarks({head.data, std::min(head.size, kDetectionBytes)});
  if (demuxer == nullptr) return {};
  return Attempt(file, *demuxer, Purpose::description, limits, interrupt).foresee();
}

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
  return Attempt(file, *std::get<const Demuxer*>(chosen), Purpose::pictures, limits, interrupt).runToOpen();
}

}  // namespace vigie
