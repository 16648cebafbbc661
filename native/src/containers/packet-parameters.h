#pragma once

#include "containers/limits.h"
#include "containers/open-container.h"

namespace vigie {

// What avformat_find_stream_info finds out, for H.264 and HEVC in MPEG-TS and FLV at a fraction of its cost: no decoder
// decodes anything, the parameter sets are read where they lie. Uses up packets. False if it finds none: another codec,
// or no parameter set up to the file's end.
bool readPacketParameters(OpenContainer& container, const Limits& limits);

}  // namespace vigie
