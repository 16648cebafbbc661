#pragma once

#include "containers/container-reader.h"
#include "containers/limits.h"
#include "containers/open-container.h"
#include "io/interrupt.h"

namespace vigie {

// ContainerReader::readParameters for MPEG-TS and FLV: what avformat_find_stream_info finds out, for H.264 and HEVC at
// a fraction of its cost. No decoder decodes anything, the parameter sets are read where they lie. For other codecs,
// and for pictures, it is libav's function after all.
void readParametersCheaply(const ContainerReader& reader, OpenContainer& container, const Limits& limits,
                           Interrupt& interrupt);

}  // namespace vigie
