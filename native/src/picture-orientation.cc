#include "picture-orientation.h"

#include <cstdlib>
#include <cstring>
#include <utility>

#include "picture-converter.h"

namespace vigie {
namespace {

constexpr int kPixelBytes = 3;

}  // namespace

Orientation orientationOf(const int32_t* displayMatrix) {
  if (displayMatrix == nullptr) return {};
  // x' = a * x + c * y and y' = b * x + d * y (libavutil/display.h).
  const int64_t a = displayMatrix[0], b = displayMatrix[1], c = displayMatrix[3], d = displayMatrix[4];
  if (std::llabs(a) + std::llabs(d) >= std::llabs(b) + std::llabs(c)) return {false, a < 0, d < 0};
  return {true, c < 0, b < 0};
}

FrameHandle orient(FrameHandle picture, Orientation orientation) {
  const auto [transposed, mirroredHorizontally, mirroredVertically] = orientation;
  if (!transposed && !mirroredHorizontally && !mirroredVertically) return picture;
  const int width = transposed ? picture->height : picture->width;
  const int height = transposed ? picture->width : picture->height;
  FrameHandle turned = allocatePicture(width, height, AV_PIX_FMT_RGB24);
  const ptrdiff_t rowBytes = picture->linesize[0];
  const ptrdiff_t stepX = transposed ? rowBytes : kPixelBytes;
  const ptrdiff_t stepY = transposed ? kPixelBytes : rowBytes;
  for (int y = 0; y < height; y++) {
    const uint8_t* from = picture->data[0] + stepY * (mirroredVertically ? height - 1 - y : y);
    uint8_t* to = turned->data[0] + static_cast<ptrdiff_t>(y) * turned->linesize[0];
    for (int x = 0; x < width; x++, to += kPixelBytes) {
      std::memcpy(to, from + stepX * (mirroredHorizontally ? width - 1 - x : x), kPixelBytes);
    }
  }
  return turned;
}

}  // namespace vigie
