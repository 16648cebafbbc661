#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "containers/mp4/mp4-fragment-search.h"
#include "containers/mp4/mp4-layout.h"
#include "containers/mp4/mp4-movie.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// What the fragments of an MP4 say whose moov is in memory, or the bytes that are needed for it.
Mp4FragmentResult readMp4FragmentFacts(const SparseFile& file, const Mp4Layout& layout, const Mp4Movie& movie);

// The bytes that `readMp4FragmentFacts` is going to ask for first; takes microseconds.
std::optional<Need> missingFragmentIndex(const SparseFile& file, const Mp4Layout& layout);

// Samples by track, in the fragments from the file's start on that are in memory.
std::map<uint32_t, uint64_t> countFragmentSamples(const SparseFile& file, const Mp4Layout& layout);

// Frames per second of the track in the first fragment that holds it and is in memory.
std::optional<double> fragmentedFrameRate(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId,
                                          int64_t timescale);

}  // namespace vigie
