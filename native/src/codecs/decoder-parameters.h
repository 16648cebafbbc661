#pragma once

#include "containers/open-container.h"
#include "describe/probe-limits.h"
#include "io/interrupt.h"

namespace vigie {

// Fills in what only the codec's own headers tell (profile, pixel format, colours), from the container's copy of them
// or from the first packets in memory. Decodes no picture and never asks for bytes: what they do not tell stays open.
void readDecoderParameters(OpenContainer& container, AVStream& video, const Limits& limits);

// Picture size, frame rate and the rest from the parameter sets of H.264 or HEVC, if the packet begins with some.
void readParameterSets(AVStream& video, const AVPacket& packet);

}  // namespace vigie
