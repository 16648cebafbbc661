#include "poster/picture-converter.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <utility>

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace vigie {
namespace {

constexpr int kScaling = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
constexpr int kFullRange = 1;
constexpr int kUnchanged = 1 << 16;

struct ScalerCloser {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};
using ScalerHandle = std::unique_ptr<SwsContext, ScalerCloser>;

bool hasAlpha(AVPixelFormat format) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  // A palette's entries have alpha too.
  return (descriptor->flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0;
}

struct SampleFormat {
  AVPixelFormat format;
  bool fullRange;
};

// The old formats that mean full range by their name have become aliases, which libav warns of.
SampleFormat formatOf(const AVFrame& picture) {
  switch (picture.format) {
    case AV_PIX_FMT_YUVJ411P:
      return {AV_PIX_FMT_YUV411P, true};
    case AV_PIX_FMT_YUVJ420P:
      return {AV_PIX_FMT_YUV420P, true};
    case AV_PIX_FMT_YUVJ422P:
      return {AV_PIX_FMT_YUV422P, true};
    case AV_PIX_FMT_YUVJ440P:
      return {AV_PIX_FMT_YUV440P, true};
    case AV_PIX_FMT_YUVJ444P:
      return {AV_PIX_FMT_YUV444P, true};
    default:
      return {static_cast<AVPixelFormat>(picture.format), picture.color_range == AVCOL_RANGE_JPEG};
  }
}

ScalerHandle openScaler(const AVFrame& picture, SampleFormat from, PictureSize size, AVPixelFormat to) {
  ScalerHandle scaler(sws_alloc_context());
  if (!scaler) throw std::bad_alloc();
  const auto set = [&](const char* name, int64_t value) { av_opt_set_int(scaler.get(), name, value, 0); };
  set("srcw", picture.width);
  set("srch", picture.height);
  set("src_format", from.format);
  set("dstw", size.width);
  set("dsth", size.height);
  set("dst_format", to);
  set("sws_flags", kScaling);
  // Known only later, the ranges would not keep it from plainly copying a picture of the same size.
  set("src_range", from.fullRange);
  set("dst_range", kFullRange);
  if (sws_init_context(scaler.get(), nullptr, nullptr) < 0) return nullptr;
  // A matrix that is not stated counts as BT.601, as everywhere in FFmpeg; JFIF has no other.
  sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(picture.colorspace), from.fullRange,
                           sws_getCoefficients(SWS_CS_ITU601), kFullRange, 0, kUnchanged, kUnchanged);
  return scaler;
}

FrameHandle convert(const AVFrame& picture, SampleFormat from, PictureSize size, AVPixelFormat to) {
  const ScalerHandle scaler = openScaler(picture, from, size, to);
  if (!scaler) return nullptr;
  FrameHandle converted = allocatePicture(size.width, size.height, to);
  const int rows =
      sws_scale(scaler.get(), picture.data, picture.linesize, 0, picture.height, converted->data, converted->linesize);
  return rows == size.height ? std::move(converted) : nullptr;
}

// As much colour as the picture has at that size: a large 4:2:0 picture reduced to half is a full 4:4:4 one.
AVPixelFormat jpegFormatFor(const AVFrame& picture, AVPixelFormat format, PictureSize size) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  const int chromaWidth = AV_CEIL_RSHIFT(picture.width, descriptor->log2_chroma_w);
  const int chromaHeight = AV_CEIL_RSHIFT(picture.height, descriptor->log2_chroma_h);
  return chromaWidth >= size.width && chromaHeight >= size.height ? AV_PIX_FMT_YUV444P : AV_PIX_FMT_YUV420P;
}

FrameHandle putOnBlack(const AVFrame& rgba) {
  FrameHandle rgb = allocatePicture(rgba.width, rgba.height, AV_PIX_FMT_RGB24);
  for (int y = 0; y < rgba.height; y++) {
    const uint8_t* from = rgba.data[0] + static_cast<ptrdiff_t>(y) * rgba.linesize[0];
    uint8_t* to = rgb->data[0] + static_cast<ptrdiff_t>(y) * rgb->linesize[0];
    for (int x = 0; x < rgba.width; x++, from += 4, to += 3) {
      for (int channel = 0; channel < 3; channel++) {
        to[channel] = static_cast<uint8_t>((from[channel] * from[3] + 127) / 255);
      }
    }
  }
  return rgb;
}

}  // namespace

PictureSize fitWithin(int width, int height, AVRational aspect, int maxSide) {
  const double wide = aspect.num > 0 && aspect.den > 0 ? width * av_q2d(aspect) : width;
  const double scale = std::min(1.0, maxSide / std::max<double>(wide, height));
  const auto side = [&](double length) {
    return std::clamp(static_cast<int>(std::lround(length * scale)), 1, maxSide);
  };
  return {side(wide), side(height)};
}

FrameHandle allocatePicture(int width, int height, AVPixelFormat format) {
  FrameHandle picture(av_frame_alloc());
  if (!picture) throw std::bad_alloc();
  picture->width = width;
  picture->height = height;
  picture->format = format;
  if (av_frame_get_buffer(picture.get(), 0) < 0) throw std::bad_alloc();
  return picture;
}

FrameHandle convertToJpegColors(const AVFrame& picture, PictureSize size) {
  const SampleFormat from = formatOf(picture);
  if (!sws_isSupportedInput(from.format)) return nullptr;
  if (!hasAlpha(from.format)) return convert(picture, from, size, jpegFormatFor(picture, from.format, size));
  const FrameHandle rgba = convert(picture, from, size, AV_PIX_FMT_RGBA);
  return rgba ? convert(*putOnBlack(*rgba), {AV_PIX_FMT_RGB24, true}, size, AV_PIX_FMT_YUV444P) : nullptr;
}

}  // namespace vigie
