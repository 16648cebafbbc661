#pragma once

namespace vigie {

// In pixels.
struct PictureSize {
  int width;
  int height;
};

}  // namespace vigie
