#pragma once

#include <optional>

#include "containers/mp4/mp4-movie.h"

namespace vigie {

// Seconds that the movie lasts by what its header, its tracks' headers and their edit lists state: as long as the
// longest of its tracks. Nothing where none of them states it.
std::optional<double> movieSeconds(const Mp4Movie& movie);

// Seconds by which times of the media are later than when they are shown: what the edit list leaves out at the start,
// less what it waits.
double startShift(const Mp4Movie& movie, const Mp4Track& track);

}  // namespace vigie
