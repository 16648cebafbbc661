#pragma once

#include "codecs/picture-size.h"
#include "io/av-handles.h"

namespace vigie {

// Size in square pixels of a picture as it is shown before it is turned, reduced until no side is longer than
// `maxSide`. `aspect`: of one sample; 0:1 when not known.
PictureSize fitWithin(int width, int height, AVRational aspect, int maxSide);

// A picture of that size in the colours of JFIF: BT.601, full range, 8 bits, 4:4:4 or 4:2:0. What is transparent is put
// on black. Empty when libav cannot convert the picture's format.
FrameHandle convertToJpegColors(const AVFrame& picture, PictureSize size);

// Its samples are not set.
FrameHandle allocatePicture(int width, int height, AVPixelFormat format);

}  // namespace vigie
