#include "containers/mp4/mp4-fragments.h"

#include <algorithm>
#include <map>

#include "containers/mp4/mp4-box-chain.h"
#include "containers/mp4/mp4-fragment.h"
#include "containers/mp4/mp4-full-box.h"
#include "containers/mp4/mp4-segment-index.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

std::optional<Mp4Box> findMvex(const SparseFile& file, const Mp4Layout& layout) {
  return layout.moov ? findMp4Box(file, layout.moov->body, layout.moov->end, fourCc("mvex")) : std::nullopt;
}

std::optional<double> readMehd(const SparseFile& file, const Mp4Box& mvex, uint32_t timescale) {
  const auto mehd = findMp4Box(file, mvex.body, mvex.end, fourCc("mehd"));
  if (!mehd || timescale == 0) return {};
  ByteReader reader(file, mehd->body);
  const auto units = toMp4Duration(readMp4Time(reader, readMp4FullBoxHeader(reader).version));
  if (!reader.complete() || !units) return {};
  return static_cast<double>(*units) / timescale;
}

double usualSampleDuration(const Mp4FragmentRun& run) {
  const auto usual = run.sampleDurations.usual();
  return usual ? *usual : static_cast<double>(run.duration) / run.samples;
}

// Joined segments have an index each, so one counts only if it covers the file, but for what is too short to be another
// fragment (mfra).
bool coversFile(const SparseFile& file, const Mp4SegmentIndex& index) {
  if (!file.size() || *file.size() - index.end < index.fragmentBytes / 8) return true;
  const Mp4BoxChain rest = followMp4Boxes(file, index.end);
  return rest.reachesEnd() && rest.moofs.empty();
}

// A sound may end sooner than the pictures beside it.
bool isOfVideo(const Mp4SegmentIndex& index, const Mp4Movie& movie) {
  const Mp4Track* track = findMp4Track(movie, index.trackId);
  return track == nullptr || isVideo(*track) || std::none_of(movie.tracks.begin(), movie.tracks.end(), isVideo);
}

// By what is in memory.
bool isKnownToBeCut(const SparseFile& file, const Mp4Layout& layout) {
  if (followMp4Boxes(file, 0).stop == Mp4BoxChain::Stop::cut) return true;
  const auto index = layout.firstSidx ? readMp4SegmentIndex(file, *layout.firstSidx) : std::nullopt;
  return index && index->end > file.sizeOrMax();
}

}  // namespace

Mp4FragmentResult readMp4FragmentFacts(const SparseFile& file, const Mp4Layout& layout, const Mp4Movie& movie) {
  const auto mvex = findMvex(file, layout);
  if (!mvex) return Mp4FragmentFacts{};
  if (const auto seconds = readMehd(file, *mvex, movie.timescale)) {
    return Mp4FragmentFacts{Duration{*seconds, DurationSource::header}, isKnownToBeCut(file, layout)};
  }
  if (layout.firstSidx) {
    if (const auto need = missingSegmentIndex(file, *layout.firstSidx)) return *need;
    const auto index = readMp4SegmentIndex(file, *layout.firstSidx);
    if (index && isOfVideo(*index, movie) && coversFile(file, *index)) {
      return Mp4FragmentFacts{Duration{index->seconds, DurationSource::index}, index->end > file.sizeOrMax()};
    }
  }
  return searchMp4Fragments(file, *mvex, movie);
}

std::optional<Need> missingFragmentIndex(const SparseFile& file, const Mp4Layout& layout) {
  const auto mvex = findMvex(file, layout);
  if (!mvex || readMehd(file, *mvex, readMp4MovieHeader(file, *layout.moov).timescale)) return {};
  if (layout.firstSidx) return missingSegmentIndex(file, *layout.firstSidx);
  return missingFragmentTail(file);
}

std::map<uint32_t, uint64_t> countFragmentSamples(const SparseFile& file, const Mp4Layout& layout) {
  std::map<uint32_t, uint64_t> samples;
  const auto mvex = findMvex(file, layout);
  if (!mvex) return samples;
  const Mp4SampleDurations defaults = readSampleDurations(file, *mvex);
  for (const Mp4Box& moof : followMp4Boxes(file, 0).moofs) {
    const auto fragment = readMp4Fragment(file, moof, defaults);
    if (!fragment) continue;
    for (const Mp4FragmentRun& run : fragment->runs) samples[run.trackId] += run.samples;
  }
  return samples;
}

std::optional<double> fragmentedFrameRate(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId,
                                          int64_t timescale) {
  const auto mvex = findMvex(file, layout);
  if (!mvex) return {};
  const Mp4SampleDurations defaults = readSampleDurations(file, *mvex);
  for (const Mp4Box& moof : followMp4Boxes(file, 0).moofs) {
    const auto fragment = readMp4Fragment(file, moof, defaults);
    if (!fragment) continue;
    for (const Mp4FragmentRun& run : fragment->runs) {
      if (run.trackId != trackId || run.duration == 0) continue;
      const double usual = usualSampleDuration(run);
      return usual > 0 ? std::optional(static_cast<double>(timescale) / usual) : std::nullopt;
    }
  }
  return {};
}

}  // namespace vigie
