#pragma once

#include <cstdint>

#include "av-handles.h"

namespace vigie {

// How to show a picture: rows and columns swapped first, then mirrored.
struct Orientation {
  bool transposed = false;
  bool mirroredHorizontally = false;
  bool mirroredVertically = false;
};

// The nearest of the eight ways to lay a picture; null: as it is.
Orientation orientationOf(const int32_t* displayMatrix);

// Of an RGB24 picture.
FrameHandle orient(FrameHandle picture, Orientation orientation);

}  // namespace vigie
