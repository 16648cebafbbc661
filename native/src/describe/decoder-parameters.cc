#include "describe/decoder-parameters.h"

#include <new>

#include "codecs/codec-headers.h"
#include "codecs/valid-colors.h"
#include "containers/visit-packets.h"

namespace vigie {
namespace {

void readByDecoder(OpenContainer& container, AVStream& video, const Limits& limits) {
  const CodecHandle decoder = openHeaderDecoder(*video.codecpar);
  const FrameHandle frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  if (!decoder) return;
  if (decoder->pix_fmt == AV_PIX_FMT_NONE) {
    visitPackets(container, limits.maxPackets, [&](const AVPacket& packet) {
      if (packet.stream_index != video.index) return false;
      avcodec_send_packet(decoder.get(), &packet);
      avcodec_receive_frame(decoder.get(), frame.get());
      return decoder->pix_fmt != AV_PIX_FMT_NONE;
    });
  }
  dropInvalidColors(*decoder);
  fillInFromDecoder(*video.codecpar, *decoder);
}

// From the header of the first picture in memory, for codecs of which nothing else states them.
bool readFirstPicture(OpenContainer& container, AVStream& video, const Limits& limits) {
  AVCodecParameters& parameters = *video.codecpar;
  // A packet of H.264 may hold none of the parameter sets; for other codecs the first packet is enough or none is.
  const bool decidesAtOnce = parameters.codec_id != AV_CODEC_ID_H264;
  bool found = false;
  visitPackets(container, limits.maxPackets, [&](const AVPacket& packet) {
    if (packet.stream_index != video.index) return false;
    found = fillInFromPicture(parameters, packet);
    return found || decidesAtOnce;
  });
  return found;
}

}  // namespace

void readDecoderParameters(OpenContainer& container, AVStream& video, const Limits& limits) {
  AVCodecParameters& parameters = *video.codecpar;
  if (parameters.format != AV_PIX_FMT_NONE) return;
  container.io->forgetMiss();
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
      if (!fillInFromConfiguration(parameters)) readFirstPicture(container, video, limits);
      return;
    case AV_CODEC_ID_HEVC:
      if (fillInFromConfiguration(parameters)) return;
      [[fallthrough]];
    case AV_CODEC_ID_MJPEG:
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9:
      if (readFirstPicture(container, video, limits)) return;
      break;
    default:
      break;
  }
  readByDecoder(container, video, limits);
}

}  // namespace vigie
