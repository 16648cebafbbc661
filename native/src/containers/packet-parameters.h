#pragma once

#include "containers/open-container.h"
#include "describe/probe-limits.h"

namespace vigie {

// What avformat_find_stream_info finds out, for H.264 and HEVC in MPEG-TS and FLV and at a fraction of its cost: no
// decoder decodes anything, the parameter sets are read as they stand. Reads the packets in memory. False when it
// cannot tell: another codec, or no parameter set to the file's end.
bool readPacketParameters(OpenContainer& container, const Limits& limits);

}  // namespace vigie
