#pragma once

#include "containers/limits.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"
#include "poster/poster-answer.h"
#include "poster/poster-settings.h"

namespace vigie {

// One attempt to show the first key frame from what is in memory. As `probe`: no state between attempts, any number at
// once. Throws std::bad_alloc, and std::runtime_error when libav has no JPEG encoder that works.
PosterAnswer poster(const SparseFile& file, const Limits& limits, const PosterSettings& settings, Interrupt& interrupt);

}  // namespace vigie
