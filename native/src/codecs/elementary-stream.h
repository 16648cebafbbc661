#pragma once

#include "io/sparse-file.h"

namespace vigie {

// libav's name for the demuxer of the elementary stream ("h264", "hevc", "mpegvideo", "m4v") that `bytes` are a piece
// of, by what follows its start codes; null if they are of none.
const char* findElementaryStream(ByteView bytes);

}  // namespace vigie
