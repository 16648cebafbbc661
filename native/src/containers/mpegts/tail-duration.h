#pragma once

#include "containers/duration-result.h"
#include "containers/limits.h"
#include "containers/open-container.h"
#include "io/sparse-file.h"

namespace vigie {

// Seconds from the first timestamp of the file to the end of the last picture or sound, or the bytes of the file's end
// that hold it. Moves the read position of `container`.
DurationResult durationFromTail(const SparseFile& file, OpenContainer& container, const Limits& limits);

}  // namespace vigie
