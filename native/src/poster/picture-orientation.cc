#include "poster/picture-orientation.h"

#include <cstdlib>
#include <utility>

#include "poster/picture-converter.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vigie {
namespace {

struct Plane {
  uint8_t* samples;
  ptrdiff_t rowBytes;
  int width;
  int height;
};

Plane planeOf(const AVFrame& picture, int index) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const int shiftX = index == 0 ? 0 : descriptor->log2_chroma_w;
  const int shiftY = index == 0 ? 0 : descriptor->log2_chroma_h;
  return {picture.data[index], picture.linesize[index], AV_CEIL_RSHIFT(picture.width, shiftX),
          AV_CEIL_RSHIFT(picture.height, shiftY)};
}

void orientPlane(const Plane& from, const Plane& to, Orientation orientation) {
  const ptrdiff_t stepX = orientation.transposed ? from.rowBytes : 1;
  const ptrdiff_t stepY = orientation.transposed ? 1 : from.rowBytes;
  for (int y = 0; y < to.height; y++) {
    const uint8_t* source = from.samples + stepY * (orientation.mirroredVertically ? to.height - 1 - y : y);
    uint8_t* target = to.samples + y * to.rowBytes;
    for (int x = 0; x < to.width; x++) {
      target[x] = source[stepX * (orientation.mirroredHorizontally ? to.width - 1 - x : x)];
    }
  }
}

}  // namespace

Orientation orientationOf(const int32_t* displayMatrix) {
  if (displayMatrix == nullptr) return {};
  // x' = a * x + c * y and y' = b * x + d * y (libavutil/display.h).
  const int64_t a = displayMatrix[0];
  const int64_t b = displayMatrix[1];
  const int64_t c = displayMatrix[3];
  const int64_t d = displayMatrix[4];
  if (std::llabs(a) + std::llabs(d) >= std::llabs(b) + std::llabs(c)) return {false, a < 0, d < 0};
  return {true, c < 0, b < 0};
}

FrameHandle orient(FrameHandle picture, Orientation orientation) {
  const auto [transposed, mirroredHorizontally, mirroredVertically] = orientation;
  if (!transposed && !mirroredHorizontally && !mirroredVertically) return picture;
  FrameHandle turned =
      allocatePicture(transposed ? picture->height : picture->width, transposed ? picture->width : picture->height,
                      static_cast<AVPixelFormat>(picture->format));
  const int planes = av_pix_fmt_count_planes(static_cast<AVPixelFormat>(picture->format));
  for (int i = 0; i < planes; i++) orientPlane(planeOf(*picture, i), planeOf(*turned, i), orientation);
  return turned;
}

}  // namespace vigie
