#pragma once

#include <cstdint>

#include "io/av-handles.h"

namespace vigie {

// Nine numbers as libavutil/display.h lays them out: how the stream's pictures are turned and mirrored to be shown.
// Null when the stream has none.
const int32_t* findDisplayMatrix(const AVStream& stream);

}  // namespace vigie
