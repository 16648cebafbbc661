#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// What an H.264 sequence parameter set states, in libav's terms.
struct H264Parameters {
  int profile = 0;
  // After cropping, as it is shown.
  int width = 0;
  int height = 0;
  AVPixelFormat pixelFormat = AV_PIX_FMT_NONE;
  AVRational sampleAspectRatio = {0, 1};
  AVRational frameRate = {0, 1};
  AVColorPrimaries colorPrimaries = AVCOL_PRI_UNSPECIFIED;
  AVColorTransferCharacteristic colorTransfer = AVCOL_TRC_UNSPECIFIED;
  AVColorSpace colorSpace = AVCOL_SPC_UNSPECIFIED;
  AVColorRange colorRange = AVCOL_RANGE_UNSPECIFIED;
  // What it takes to read whether a slice belongs to a field (7.3.3).
  bool mayHaveFields = false;
  bool separatesPlanes = false;
  int frameNumberBits = 4;
};

// From an avcC record (MP4, Matroska, FLV) or an Annex B stream. libav itself parses a parameter set only along with a
// picture, and that may lie megabytes away.
std::optional<H264Parameters> readH264Parameters(ByteView configuration);

// From a sample; see `splitNalUnits`.
std::optional<H264Parameters> readH264Sample(ByteView sample, int lengthBytes);

}  // namespace vigie
