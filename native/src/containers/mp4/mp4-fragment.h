#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "containers/mp4/mp4-duration-counts.h"
#include "containers/mp4/mp4-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// Samples of one track in a fragment (traf); times in units of the track's media.
struct Mp4FragmentRun {
  uint32_t trackId = 0;
  // Decoding time of the first sample (tfdt).
  std::optional<uint64_t> begin;
  // From decoding the first sample until the last is over.
  uint64_t duration = 0;
  uint32_t samples = 0;
  Mp4DurationCounts sampleDurations;
  // When the first of them in the order of time is shown and when the last is over, counted from `begin`.
  int64_t shownFrom = 0;
  int64_t shownUntil = 0;
};

struct Mp4Fragment {
  // Number in the file (mfhd), counted from any number.
  uint32_t sequence = 0;
  std::vector<Mp4FragmentRun> runs;
};

// Duration of a sample by track, where fragments state none (trex).
using Mp4SampleDurations = std::map<uint32_t, uint32_t>;

Mp4SampleDurations readSampleDurations(const SparseFile& file, const Mp4Box& mvex);

// Nothing when the box (moof) is not wholly in memory or is damaged.
std::optional<Mp4Fragment> readMp4Fragment(const SparseFile& file, const Mp4Box& moof,
                                           const Mp4SampleDurations& defaults);

}  // namespace vigie
