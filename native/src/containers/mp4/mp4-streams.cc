#include "containers/mp4/mp4-streams.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <iterator>

#include "codecs/codec-headers.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

// Of codecs that libav has come to know over the years, and of encrypted video.
constexpr uint32_t kUnevenlyKnown[] = {fourCc("dav1"), fourCc("drmi"), fourCc("vvc1"), fourCc("vvi1")};

void takeStatedSize(const Mp4Track& track, AVCodecParameters& parameters) {
  if (parameters.width > 0 && parameters.height > 0) return;
  parameters.width = track.sampleEntry.width;
  parameters.height = track.sampleEntry.height;
  if (parameters.width > 0 && parameters.height > 0) return;
  parameters.width = static_cast<int>(std::lround(track.shownWidth));
  parameters.height = static_cast<int>(std::lround(track.shownHeight));
}

// libav has compared the track's size with one that is not the picture's.
void correctPixelAspect(const Mp4Track& track, AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  if (track.sampleEntry.hasPixelAspect || stream.sample_aspect_ratio.num <= 0) return;
  const auto shownWidth = static_cast<int64_t>(std::lround(track.shownWidth));
  const auto shownHeight = static_cast<int64_t>(std::lround(track.shownHeight));
  AVRational& aspect = stream.sample_aspect_ratio;
  av_reduce(&aspect.num, &aspect.den, parameters.height * shownWidth, parameters.width * shownHeight, INT_MAX);
  if (aspect.num == aspect.den) aspect = {0, 1};
}

uint64_t samplesOf(const Mp4Track& track, const std::map<uint32_t, uint64_t>& inFragments) {
  const auto found = inFragments.find(track.id);
  return track.samples + (found == inFragments.end() ? 0 : found->second);
}

}  // namespace

void completeMp4Size(const Mp4Track& track, AVStream& stream) {
  AVCodecParameters& parameters = *stream.codecpar;
  const int width = parameters.width;
  const int height = parameters.height;
  const bool known = fillInFromConfiguration(parameters);
  if (!known) takeStatedSize(track, parameters);
  if (parameters.width != width || parameters.height != height) correctPixelAspect(track, stream);
}

void discardEmptyTracks(const Mp4Movie& movie, const std::map<uint32_t, uint64_t>& inFragments,
                        AVFormatContext& format) {
  uint64_t most = 0;
  for (const Mp4Track& track : movie.tracks) {
    if (isVideo(track)) most = std::max(most, samplesOf(track, inFragments));
  }
  for (unsigned i = 0; i < format.nb_streams; i++) {
    AVStream& stream = *format.streams[i];
    const Mp4Track* track = findMp4Track(movie, static_cast<uint32_t>(stream.id));
    if (track == nullptr || !isVideo(*track)) continue;
    // One sample is a thumbnail where another track has more.
    if (samplesOf(*track, inFragments) < std::min<uint64_t>(most, 2)) stream.discard = AVDISCARD_ALL;
  }
}

std::optional<std::string> unknownMp4Codec(const Mp4Track& track, const AVStream& stream) {
  const uint32_t type = track.sampleEntry.type;
  const bool isUneven =
      std::find(std::begin(kUnevenlyKnown), std::end(kUnevenlyKnown), type) != std::end(kUnevenlyKnown);
  if (stream.codecpar->codec_id != AV_CODEC_ID_NONE && !isUneven) return {};
  std::string name;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const auto letter = static_cast<char>(type >> shift & 0xFF);
    if (letter < 0x20 || letter > 0x7E) return {};
    name += letter;
  }
  name.erase(name.find_last_not_of(' ') + 1);
  return name.empty() ? std::nullopt : std::optional(name);
}

}  // namespace vigie
