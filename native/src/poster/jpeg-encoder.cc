#include "poster/jpeg-encoder.h"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>

namespace vigie {
namespace {

// Annex K of the JPEG standard, row by row.
constexpr uint16_t kLuminance[64] = {
    16, 11, 10, 16, 24,  40,  51,  61,   //
    12, 12, 14, 19, 26,  58,  60,  55,   //
    14, 13, 16, 24, 40,  57,  69,  56,   //
    14, 17, 22, 29, 51,  87,  80,  62,   //
    18, 22, 37, 56, 68,  109, 103, 77,   //
    24, 35, 55, 64, 81,  104, 113, 92,   //
    49, 64, 78, 87, 103, 121, 120, 101,  //
    72, 92, 95, 98, 112, 100, 103, 99,   //
};
constexpr uint16_t kChrominance[64] = {
    17, 18, 24, 47, 99, 99, 99, 99,  //
    18, 21, 26, 66, 99, 99, 99, 99,  //
    24, 26, 56, 99, 99, 99, 99, 99,  //
    47, 66, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99,  //
    99, 99, 99, 99, 99, 99, 99, 99,  //
};
// The encoder multiplies its matrices by this and divides by 8.
constexpr int kUnitScale = 8;

// The way of libjpeg, so that a quality means what people know it to mean. Freed by the codec context.
uint16_t* scaleMatrix(const uint16_t (&base)[64], int quality) {
  auto* matrix = static_cast<uint16_t*>(av_malloc(sizeof base));
  if (matrix == nullptr) throw std::bad_alloc();
  const int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  std::transform(base, base + 64, matrix, [percent](int step) {
    return static_cast<uint16_t>(std::clamp((step * percent + 50) / 100, 1, 255));
  });
  return matrix;
}

struct EncoderCloser {
  void operator()(AVCodecContext* encoder) const {
    // FFmpeg 5.1 forgets this one of the matrices.
    av_freep(static_cast<void*>(&encoder->chroma_intra_matrix));
    avcodec_free_context(&encoder);
  }
};
using EncoderHandle = std::unique_ptr<AVCodecContext, EncoderCloser>;

EncoderHandle openEncoder(const AVFrame& picture, int quality) {
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (codec == nullptr) throw std::runtime_error("this libav was built without the JPEG encoder (mjpeg)");
  EncoderHandle encoder(avcodec_alloc_context3(codec));
  if (!encoder) throw std::bad_alloc();
  encoder->width = picture.width;
  encoder->height = picture.height;
  encoder->pix_fmt = static_cast<AVPixelFormat>(picture.format);
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 1};
  // Written to the JFIF header.
  encoder->sample_aspect_ratio = {1, 1};
  encoder->thread_count = 1;
  // No comment that names the version of libav.
  encoder->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT;
  encoder->global_quality = kUnitScale * FF_QP2LAMBDA;
  encoder->intra_matrix = scaleMatrix(kLuminance, quality);
  encoder->chroma_intra_matrix = scaleMatrix(kChrominance, quality);
  if (avcodec_open2(encoder.get(), codec, nullptr) < 0) throw std::runtime_error("libav's JPEG encoder does not open");
  return encoder;
}

}  // namespace

std::vector<uint8_t> encodeJpeg(const AVFrame& picture, int quality) {
  const EncoderHandle encoder = openEncoder(picture, quality);
  const FrameHandle frame(av_frame_clone(&picture));
  const PacketHandle packet(av_packet_alloc());
  if (!frame || !packet) throw std::bad_alloc();
  frame->quality = encoder->global_quality;
  frame->pts = 0;
  if (avcodec_send_frame(encoder.get(), frame.get()) < 0 || avcodec_send_frame(encoder.get(), nullptr) < 0 ||
      avcodec_receive_packet(encoder.get(), packet.get()) < 0) {
    throw std::runtime_error("libav's JPEG encoder gave nothing out");
  }
  return {packet->data, packet->data + packet->size};
}

}  // namespace vigie
