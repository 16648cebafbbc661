#pragma once

#include "interrupt.h"
#include "poster-answer.h"
#include "poster-settings.h"
#include "probe-limits.h"
#include "sparse-file.h"

namespace vigie {

// One attempt to show the first key frame from what is in memory. As `probe`: no state between attempts, any number at
// once. Throws std::bad_alloc, and std::runtime_error when libav has no JPEG encoder that works.
PosterAnswer poster(const SparseFile& file, const Limits& limits, const PosterSettings& settings, Interrupt& interrupt);

}  // namespace vigie
