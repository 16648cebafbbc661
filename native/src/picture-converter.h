#pragma once

#include "av-handles.h"

namespace vigie {

struct PictureSize {
  int width;
  int height;
};

// Size in square pixels of a picture as it is shown before it is turned, reduced until no side is longer than
// `maxSide`. `aspect`: of one sample; 0:1 when not known.
PictureSize fitWithin(int width, int height, AVRational aspect, int maxSide);

// RGB24 of that size; what is transparent is put on black. Empty when libav cannot convert the picture's format.
FrameHandle convertToRgb(const AVFrame& picture, PictureSize size);

// Colours of JFIF: 4:2:0, BT.601, full range.
FrameHandle convertToJpegColors(const AVFrame& rgb);

// Zeroed metadata, aligned buffers of its own.
FrameHandle allocatePicture(int width, int height, AVPixelFormat format);

}  // namespace vigie
