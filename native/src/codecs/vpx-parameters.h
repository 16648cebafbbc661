#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// What the header of a VP8 or VP9 key frame states beside the picture size, in libav's terms.
struct VpxParameters {
  int profile = 0;
  AVPixelFormat pixelFormat = AV_PIX_FMT_NONE;
  AVColorSpace colorSpace = AVCOL_SPC_UNSPECIFIED;
  AVColorRange colorRange = AVCOL_RANGE_UNSPECIFIED;
};

std::optional<VpxParameters> readVp8Parameters(ByteView frame);
std::optional<VpxParameters> readVp9Parameters(ByteView frame);

}  // namespace vigie
