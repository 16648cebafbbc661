#pragma once

#include "containers/duration-result.h"
#include "io/sparse-file.h"

namespace vigie {

// Duration of an Ogg file from the positions (granules) that its last pages state, or the bytes that hold these pages.
DurationResult oggDuration(const SparseFile& file);

}  // namespace vigie
