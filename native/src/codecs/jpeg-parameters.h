#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

struct JpegParameters {
  int profile;
  AVPixelFormat pixelFormat;
};

// From the frame header of a JPEG picture, which may be cut short behind it. Nothing for the rarer kinds of colour,
// which are the decoder's to tell.
std::optional<JpegParameters> readJpegParameters(ByteView picture);

}  // namespace vigie
