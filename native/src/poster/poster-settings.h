#pragma once

#include <cstdint>

namespace vigie {

struct PosterSettings {
  // Longest side of the poster; a smaller picture is not enlarged.
  int maxSidePixels;
  // 1 to 100, as of libjpeg.
  int quality;
  // Of the coded picture: what a decoder may allocate for.
  int64_t maxPixels;
  // Of the coded key frame: what may be asked for at once.
  int64_t maxFrameBytes;
};

}  // namespace vigie
