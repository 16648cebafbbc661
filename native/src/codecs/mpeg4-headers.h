#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "codecs/picture-size.h"
#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// When the pictures (VOPs) of a stream of MPEG-4 Visual are shown, in the order of the stream. None before its header.
struct Mpeg4Times {
  std::vector<int64_t> times;
  AVRational unit = {1, 1};
};

Mpeg4Times readMpeg4Times(ByteView stream);

// By the header of such a stream; nothing if it states none.
std::optional<PictureSize> readMpeg4Size(ByteView stream);

}  // namespace vigie
