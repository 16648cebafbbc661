#pragma once

#include <cstdint>

#include "containers/mp4/mp4-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// Most index entries that an MP4 may make libav build. A day of video at 30 frames a second with AAC audio has 6.7
// million; each costs libav up to 50 bytes and 20 ns.
constexpr uint64_t kMaxMp4IndexEntries = 8'000'000;

// What the sample tables in memory claim. A table of equal samples states their number in four bytes, a fragment's run
// (trun) without fields too, and each edit repeats the samples of its track: 9 KB of such boxes make libav allocate
// gigabytes, for seconds in which it checks no interrupt.
struct Mp4SampleClaims {
  uint64_t indexEntries = 0;
  // A movie header packed with zlib, which may hold any number of tables.
  bool compressed = false;
};

Mp4SampleClaims readMp4SampleClaims(const SparseFile& file, const Mp4Layout& layout);

}  // namespace vigie
