#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

struct JpegParameters {
  int profile = 0;
  int width = 0;
  int height = 0;
  // NONE for the rarer kinds of colour, which only the decoder knows.
  AVPixelFormat pixelFormat = AV_PIX_FMT_NONE;
  // AVI's marker says that the picture is one of two fields.
  bool marksFields = false;
};

// From the frame header of a JPEG picture, which may be cut short after it.
std::optional<JpegParameters> readJpegParameters(ByteView picture);

}  // namespace vigie
