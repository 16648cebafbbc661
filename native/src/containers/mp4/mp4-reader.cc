#include "containers/mp4/mp4-reader.h"

#include <algorithm>
#include <utility>

#include "containers/bit-rate.h"
#include "containers/mp4/mp4-lean-header.h"
#include "containers/mp4/mp4-moov-search.h"
#include "containers/mp4/mp4-movie-duration.h"
#include "containers/mp4/mp4-sample-limit.h"
#include "containers/mp4/mp4-segment-index.h"
#include "containers/mp4/mp4-streams.h"
#include "containers/seconds.h"
#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// What follows the media of an MP4 is most likely its moov: up to this size it is fetched at once.
constexpr int64_t kLikelyMoovBytes = 256 * 1024;
// What is read of the next box where those before were media of more than so many bytes each.
constexpr int64_t kStepBytes = 32 * 1024;
constexpr int64_t kSmallMediaBytes = 256 * 1024;

// libav looks for the major brand in the first box alone.
std::string containerOfBrand(const SparseFile& file, const Mp4Layout& layout) {
  // QuickTime files of before the file type box have none, nor need segments have one.
  if (!layout.fileType) return layout.fragmented ? "mp4" : "mov";
  ByteReader reader(file, layout.fileType->body);
  const uint32_t brand = reader.u32();
  if (brand >> 16 == fourCc("qt  ") >> 16) return "mov";
  if (brand >> 8 == fourCc("3gp ") >> 8 || brand >> 8 == fourCc("3g2 ") >> 8) return "3gp";
  return "mp4";
}

// libav computes the bit rate of a fragmented track from the fragments that it has come across.
bool isIndexedTo(const AVStream& video, const std::optional<Duration>& duration) {
  constexpr double kNearlyWhole = 0.95;
  const int count = avformat_index_get_entries_count(&video);
  if (count == 0 || !duration) return false;
  const AVIndexEntry* last = avformat_index_get_entry(const_cast<AVStream*>(&video), count - 1);
  return toSeconds(last->timestamp, video.time_base) >= duration->seconds * kNearlyWhole;
}

}  // namespace

std::optional<Need> Mp4Reader::foreseeNeed() {
  layout_ = readMp4Layout(file());
  if (isMoovFarther(file(), layout_)) return {};
  if (const auto need = missingMoov()) return need;
  if (purpose() == Purpose::pictures || !isMoovComplete() || !layout_.fragmented) return {};
  return missingFragmentIndex(file(), layout_);
}

std::optional<std::variant<Need, Failure>> Mp4Reader::prepare() {
  if (const auto need = foreseeNeed()) return *need;
  if (const auto need = searchMoov()) return *need;
  if (isMoovComplete()) {
    movie_ = readMp4Movie(file(), *layout_.moov);
    hideIndexes();
    if (purpose() == Purpose::description) {
      if (const auto need = readFragments()) return *need;
      hideSampleTables();
    }
  }
  return refuseSampleClaims();
}

std::optional<Need> Mp4Reader::searchMoov() {
  if (!isMoovFarther(file(), layout_)) return {};
  const auto found = findMoovInTail(file());
  if (const auto* need = std::get_if<Need>(&found)) return *need;
  const auto& moov = std::get<0>(found);
  auto bridged = moov ? bridgeToMoov(file(), layout_.nextBox, *moov) : std::nullopt;
  if (!bridged) return nextMediaBox();
  arrange(*std::move(bridged));
  layout_ = readMp4Layout(source());
  return {};
}

// Small boxes are read through, of larger ones the headers alone.
Need Mp4Reader::nextMediaBox() const {
  const int64_t offset = *layout_.unread;
  const bool areSmall = layout_.nextBox / layout_.mediaBoxes <= kSmallMediaBytes;
  return areSmall ? nextRange(file(), offset) : nextRange(file(), offset, offset + kStepBytes);
}

std::optional<Need> Mp4Reader::readFragments() {
  if (!layout_.fragmented) return {};
  auto found = readMp4FragmentFacts(file(), layout_, movie_);
  if (const auto* need = std::get_if<Need>(&found)) return *need;
  fragments_ = std::get<Mp4FragmentFacts>(found);
  return {};
}

void Mp4Reader::hideIndexes() {
  if (!layout_.fragmented || isArranged()) return;
  if (auto hidden = hideUnreadableIndexes(file())) arrange(*std::move(hidden));
}

void Mp4Reader::hideSampleTables() {
  auto lean = makeLeanMp4Header(file(), layout_, movie_);
  if (!lean) return;
  arrange(std::move(lean->file));
  isLean_ = true;
  mediaBytes_ = std::move(lean->mediaBytes);
}

// Counted where libav is going to read: tables that are hidden from it may be of any length.
std::optional<Failure> Mp4Reader::refuseSampleClaims() const {
  const Mp4SampleClaims claims =
      isArranged() ? readMp4SampleClaims(source(), readMp4Layout(source())) : readMp4SampleClaims(file(), layout_);
  if (claims.compressed) {
    return Failure{FailureCode::unsupportedFormat, "MP4 with a compressed header is not supported"};
  }
  if (claims.indexEntries <= kMaxMp4IndexEntries) return {};
  return Failure{FailureCode::corruptHeader,
                 "the MP4 header claims more than " + std::to_string(kMaxMp4IndexEntries) + " samples"};
}

bool Mp4Reader::isMoovComplete() const {
  return layout_.moov && file().firstMissing(layout_.moov->begin) >= std::min(layout_.moov->end, file().sizeOrMax());
}

std::optional<Need> Mp4Reader::missingMoov() const {
  if (!layout_.moov) return layout_.unread ? std::optional(rangeAt(*layout_.unread)) : std::nullopt;
  if (isMoovComplete()) return {};
  return nextRange(file(), file().firstMissing(layout_.moov->begin), layout_.moov->end);
}

Need Mp4Reader::rangeAt(int64_t offset) const {
  const auto size = file().size();
  const bool isLikelyMoov = !layout_.moov && size && *size - offset <= kLikelyMoovBytes;
  return isLikelyMoov ? nextRange(file(), offset, size) : nextRange(file(), offset);
}

std::optional<Need> Mp4Reader::missingHeader(int64_t miss, bool opened) const {
  // With moov in memory the rest (time code samples and the like) changes nothing in the answer.
  if (isLean_ || (opened && isMoovComplete())) return {};
  return rangeAt(miss);
}

std::string Mp4Reader::describeUnreadable() const {
  if (!layout_.moov) return "the MP4 has no moov box: it was cut short or is still being written";
  return ContainerReader::describeUnreadable();
}

void Mp4Reader::completeStreams(AVFormatContext& format) const {
  discardEmptyTracks(movie_, countFragmentSamples(file(), layout_), format);
  for (unsigned i = 0; i < format.nb_streams; i++) {
    AVStream& stream = *format.streams[i];
    const Mp4Track* track = findMp4Track(movie_, static_cast<uint32_t>(stream.id));
    if (track == nullptr || !isVideo(*track)) continue;
    if (unknownMp4Codec(*track, stream)) stream.codecpar->codec_id = AV_CODEC_ID_NONE;
    completeMp4Size(*track, stream);
  }
}

std::optional<std::string> Mp4Reader::findCodecName(const AVStream& stream) const {
  const Mp4Track* track = findMp4Track(movie_, static_cast<uint32_t>(stream.id));
  if (track != nullptr) {
    if (auto name = unknownMp4Codec(*track, stream)) return name;
  }
  return ContainerReader::findCodecName(stream);
}

std::optional<int64_t> Mp4Reader::missingPacket(int64_t miss) const {
  // A lean header leads to no packet.
  return isLean_ ? std::nullopt : std::optional(miss);
}

bool Mp4Reader::isChunkMissing() const {
  const auto end = static_cast<uint64_t>(file().sizeOrMax());
  return std::any_of(movie_.tracks.begin(), movie_.tracks.end(),
                     [end](const Mp4Track& track) { return isPresented(track) && track.lastChunk >= end; });
}

ContainerFacts Mp4Reader::readFacts(const AVFormatContext&) const {
  const bool truncated = layout_.truncated || fragments_.truncated || isChunkMissing();
  return {containerOfBrand(file(), layout_), truncated, layout_.moovAtEnd, layout_.fragmented};
}

DurationResult Mp4Reader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  if (fragments_.duration) return fragments_.duration;
  if (const auto seconds = movieSeconds(movie_)) return Duration{*seconds, DurationSource::header};
  // libav adds up those fragments that it has come across.
  if (layout_.fragmented) return std::nullopt;
  return ContainerReader::findDuration(container, video, limits);
}

std::optional<double> Mp4Reader::findFrameRate(const AVStream& video) const {
  const auto trackId = static_cast<uint32_t>(video.id);
  if (layout_.fragmented) return fragmentedFrameRate(file(), layout_, trackId, video.time_base.den);
  const Mp4Track* track = findMp4Track(movie_, trackId);
  if (track == nullptr || track->timescale == 0 || !track->usualSampleDuration) return {};
  return static_cast<double>(track->timescale) / *track->usualSampleDuration;
}

std::optional<int64_t> Mp4Reader::correctBitRate(std::optional<int64_t> stated, const AVStream& video,
                                                 const std::optional<Duration>& duration) const {
  if (layout_.fragmented && !isIndexedTo(video, duration)) stated.reset();
  const auto track = mediaBytes_.find(static_cast<uint32_t>(video.id));
  if (track == mediaBytes_.end() || track->second <= 0 || video.duration <= 0) return stated;
  // As libav computes it from the tables that are hidden from it.
  const double bits = static_cast<double>(track->second) * 8;
  const auto computed = toBitRate(bits * video.time_base.den / static_cast<double>(video.duration));
  return computed ? computed : stated;
}

}  // namespace vigie
