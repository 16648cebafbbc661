#pragma once

#include <optional>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// What a sequence header of MPEG-1 or MPEG-2 video states, with the extension that MPEG-2 puts behind it.
struct MpegVideoHeader {
  AVCodecID codec = AV_CODEC_ID_MPEG1VIDEO;
  int width = 0;
  int height = 0;
  // Frames per second, however many fields they are coded as.
  AVRational frameRate = {0, 1};
};

// The first sequence header in `stream` that something else follows, which shows whether it has an extension.
std::optional<MpegVideoHeader> findMpegVideoHeader(ByteView stream);

}  // namespace vigie
