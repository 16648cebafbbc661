#pragma once

#include "containers/duration-result.h"
#include "io/sparse-file.h"

namespace vigie {

// Duration of an FLV without metadata: the time of its last tag, or the bytes that hold that tag.
DurationResult flvDuration(const SparseFile& file);

}  // namespace vigie
