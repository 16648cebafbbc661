#pragma once

#include "containers/duration-result.h"
#include "containers/riff/riff-layout.h"

namespace vigie {

// Seconds of the longest stream by the headers, where these agree with each other and with the file's size; else by the
// index. Nothing when the file was never completed: libav makes up hours then.
DurationResult aviDuration(const SparseFile& file, const AviLayout& layout);

}  // namespace vigie
