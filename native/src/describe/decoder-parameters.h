#pragma once

#include "containers/limits.h"
#include "containers/open-container.h"

namespace vigie {

// Fills in what only the codec's own headers state (profile, pixel format, colours), from the container's copy of them
// or from the first packets in memory. Decodes no picture and never asks for bytes: what they do not state stays open.
void readDecoderParameters(OpenContainer& container, AVStream& video, const Limits& limits);

}  // namespace vigie
