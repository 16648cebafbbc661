#pragma once

#include <optional>

#include "containers/duration-result.h"
#include "io/sparse-file.h"

namespace vigie {

// The time of the first picture or sound, in seconds: recorders of live streams begin anywhere. Nothing if there is
// none in the first bytes.
std::optional<double> firstFlvTime(const SparseFile& file);

// The seconds that the file takes if all of it is like its first bytes. Nothing if they hold too little to tell.
std::optional<double> guessFlvSeconds(const SparseFile& file);

// Seconds from the first picture or sound to the last, or the bytes that hold the last.
DurationResult flvDuration(const SparseFile& file);

}  // namespace vigie
