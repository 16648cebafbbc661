#pragma once

#include <optional>
#include <variant>

#include "containers/container-facts.h"
#include "containers/mp4/mp4-layout.h"
#include "containers/mp4/mp4-movie.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

struct Mp4FragmentFacts {
  // Of the longest track: as the header states it (mehd), by an index or the fragments' own times (index), or by some
  // of the fragments (estimate).
  std::optional<Duration> duration;
  // The file ends within a fragment, or before the end of what its index lists.
  bool truncated = false;
};

using Mp4FragmentResult = std::variant<Mp4FragmentFacts, Need>;

// Looks for the last fragments: along the boxes from the file's front, by mfra and in the file's tail.
Mp4FragmentResult searchMp4Fragments(const SparseFile& file, const Mp4Box& mvex, const Mp4Movie& movie);

// The bytes that the search is going to ask for first.
std::optional<Need> missingFragmentTail(const SparseFile& file);

}  // namespace vigie
