#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

struct JpegParameters {
  int profile;
  AVPixelFormat pixelFormat;
};

// From the frame header of a JPEG picture, which may be cut short after it. Nothing for the rarer kinds of colour,
// which only the decoder knows.
std::optional<JpegParameters> readJpegParameters(ByteView picture);

}  // namespace vigie
