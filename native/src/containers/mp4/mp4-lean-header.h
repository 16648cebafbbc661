#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "containers/mp4/mp4-layout.h"
#include "containers/mp4/mp4-movie.h"
#include "io/sparse-file.h"

namespace vigie {

struct LeanMp4Header {
  // The file type box and moov, in which the tables of samples are hidden.
  SparseFile file;
  // Sum of the sample sizes, by track id.
  std::map<uint32_t, int64_t> mediaBytes;
};

// libav reads the sample tables number by number to build an index that a probe does not use; that takes most of the
// time. Returns nothing if packets may have to be read after all: for codecs whose sample description does not state
// everything, and for fragmented files. moov has to be in memory.
std::optional<LeanMp4Header> makeLeanMp4Header(const SparseFile& file, const Mp4Layout& layout, const Mp4Movie& movie);

}  // namespace vigie
