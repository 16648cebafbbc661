#pragma once

#include <cstdint>
#include <vector>

#include "io/av-handles.h"

namespace vigie {

// Baseline JPEG of a picture in the colours of JFIF. `quality`: 1 to 100, as of libjpeg. The same picture makes the
// same bytes. Throws std::runtime_error when libav has no encoder that works.
std::vector<uint8_t> encodeJpeg(const AVFrame& picture, int quality);

}  // namespace vigie
