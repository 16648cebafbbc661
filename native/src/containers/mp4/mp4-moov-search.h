#pragma once

#include <optional>
#include <variant>

#include "containers/mp4/mp4-layout.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// Whether moov is sooner found from the file's end than box by box: several boxes of media were passed, and where the
// next begins is not in memory.
bool isMoovFarther(const SparseFile& file, const Mp4Layout& layout);

// moov among the last boxes of the file, or the bytes to search for it; nothing if it is not there.
std::variant<std::optional<Mp4Box>, Need> findMoovInTail(const SparseFile& file);

// The file with a box of media from `offset`, where the next is not in memory, to `moov`, so that libav comes to it.
// Nothing if there is no room for its header.
std::optional<SparseFile> bridgeToMoov(const SparseFile& file, int64_t offset, const Mp4Box& moov);

}  // namespace vigie
