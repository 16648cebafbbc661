#pragma once

#include <cstdint>

#include "io/av-handles.h"

namespace vigie {

// How to show a picture: rows and columns swapped first, then mirrored.
struct Orientation {
  bool transposed = false;
  bool mirroredHorizontally = false;
  bool mirroredVertically = false;
};

// The nearest of the eight ways to lay a picture; null: as it is.
Orientation orientationOf(const int32_t* displayMatrix);

// Of a planar picture of 8 bits, whose colour is reduced as much in width as in height or not at all.
FrameHandle orient(FrameHandle picture, Orientation orientation);

}  // namespace vigie
