#include "decoder-parameters.h"

#include <new>

#include "h264-parameters.h"
#include "valid-colors.h"

namespace vigie {
namespace {

CodecHandle openDecoder(const AVCodecParameters& parameters) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) return nullptr;
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (!decoder) throw std::bad_alloc();
  if (avcodec_parameters_to_context(decoder.get(), &parameters) < 0) return nullptr;
  decoder->thread_count = 1;
  // Headers are parsed, pictures are not decoded.
  decoder->skip_frame = AVDISCARD_ALL;
  return avcodec_open2(decoder.get(), codec, nullptr) < 0 ? nullptr : std::move(decoder);
}

// Calls `visit` with the packets of the stream that are in memory, until it returns true.
template <typename Visit>
void visitPackets(OpenContainer& container, const AVStream& video, int maxPackets, Visit visit) {
  PacketHandle packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  container.io->forgetMiss();
  for (int i = 0; i < maxPackets; i++) {
    if (av_read_frame(container.format.get(), packet.get()) < 0) return;
    const bool done = packet->stream_index == video.index && visit(*packet);
    av_packet_unref(packet.get());
    if (done) return;
  }
}

// The container's own statement stands: each field is filled in only when it was not stated.
template <typename Field>
void fillIn(Field& field, Field unknown, Field known) {
  if (field == unknown) field = known;
}

void fillIn(AVCodecParameters& parameters, const H264Parameters& known) {
  fillIn<int>(parameters.format, AV_PIX_FMT_NONE, known.pixelFormat);
  fillIn(parameters.color_primaries, AVCOL_PRI_UNSPECIFIED, known.colorPrimaries);
  fillIn(parameters.color_trc, AVCOL_TRC_UNSPECIFIED, known.colorTransfer);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, known.colorSpace);
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, known.colorRange);
  if (parameters.sample_aspect_ratio.num == 0) parameters.sample_aspect_ratio = known.sampleAspectRatio;
  if (parameters.profile < 0) parameters.profile = known.profile;
}

void fillIn(AVCodecParameters& parameters, const AVCodecContext& decoder) {
  fillIn<int>(parameters.format, AV_PIX_FMT_NONE, decoder.pix_fmt);
  fillIn(parameters.color_primaries, AVCOL_PRI_UNSPECIFIED, decoder.color_primaries);
  fillIn(parameters.color_trc, AVCOL_TRC_UNSPECIFIED, decoder.color_trc);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, decoder.colorspace);
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, decoder.color_range);
  if (parameters.sample_aspect_ratio.num == 0) parameters.sample_aspect_ratio = decoder.sample_aspect_ratio;
  if (parameters.profile < 0) parameters.profile = decoder.profile;
}

void readH264(OpenContainer& container, AVStream& video, const Limits& limits) {
  AVCodecParameters& parameters = *video.codecpar;
  const auto fillInFrom = [&](const uint8_t* data, int size) {
    const auto known = readH264Parameters({data, static_cast<size_t>(size)});
    if (known) fillIn(parameters, *known);
    return known.has_value();
  };
  if (fillInFrom(parameters.extradata, parameters.extradata_size)) return;
  visitPackets(container, video, limits.maxPackets,
               [&](const AVPacket& packet) { return fillInFrom(packet.data, packet.size); });
}

void readByDecoder(OpenContainer& container, AVStream& video, const Limits& limits) {
  const CodecHandle decoder = openDecoder(*video.codecpar);
  const FrameHandle frame(av_frame_alloc());
  if (!frame) throw std::bad_alloc();
  if (!decoder) return;
  if (decoder->pix_fmt == AV_PIX_FMT_NONE) {
    visitPackets(container, video, limits.maxPackets, [&](const AVPacket& packet) {
      avcodec_send_packet(decoder.get(), &packet);
      avcodec_receive_frame(decoder.get(), frame.get());
      return decoder->pix_fmt != AV_PIX_FMT_NONE;
    });
  }
  dropInvalidColors(*decoder);
  fillIn(*video.codecpar, *decoder);
}

}  // namespace

void readDecoderParameters(OpenContainer& container, AVStream& video, const Limits& limits) {
  const AVCodecParameters& parameters = *video.codecpar;
  if (parameters.format != AV_PIX_FMT_NONE) return;
  if (parameters.codec_id == AV_CODEC_ID_H264) return readH264(container, video, limits);
  readByDecoder(container, video, limits);
}

}  // namespace vigie
