#pragma once

#include "containers/duration-result.h"
#include "containers/matroska/matroska-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// When the last picture or sound ends, on the clock of the file, or the bytes that hold it: browsers and live recorders
// write no duration. Nothing if no cluster begins in the last 1 MiB.
DurationResult matroskaTailDuration(const SparseFile& file, const MatroskaClock& clock);

}  // namespace vigie
