#include "poster/picture-decoder.h"

#include <new>

namespace vigie {
namespace {

bool isPredicted(const AVFrame& frame) {
  return frame.pict_type == AV_PICTURE_TYPE_P || frame.pict_type == AV_PICTURE_TYPE_B;
}

}  // namespace

std::optional<PictureDecoder> PictureDecoder::open(const AVStream& stream, int64_t maxPixels) {
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr) return {};
  CodecHandle decoder(avcodec_alloc_context3(codec));
  FrameHandle frame(av_frame_alloc());
  if (!decoder || !frame) throw std::bad_alloc();
  if (avcodec_parameters_to_context(decoder.get(), stream.codecpar) < 0) return {};
  decoder->pkt_timebase = stream.time_base;
  decoder->thread_count = 1;
  decoder->max_pixels = maxPixels;
  // H.264 of cheap cameras marks no recovery points: its plain I pictures are accepted too.
  decoder->skip_frame = AVDISCARD_NONINTRA;
  decoder->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT;
  decoder->flags2 |= AV_CODEC_FLAG2_SHOW_ALL;
  if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return {};
  return PictureDecoder(std::move(decoder), std::move(frame));
}

AVFrame* PictureDecoder::decode(const AVPacket& packet) {
  avcodec_flush_buffers(decoder_.get());
  avcodec_send_packet(decoder_.get(), &packet);
  // Nothing follows, so that a decoder which reorders pictures gives out the one it has.
  avcodec_send_packet(decoder_.get(), nullptr);
  if (avcodec_receive_frame(decoder_.get(), frame_.get()) < 0 || isPredicted(*frame_)) return nullptr;
  return frame_.get();
}

void PictureDecoder::beginFields(const AVPacket& first) {
  avcodec_flush_buffers(decoder_.get());
  avcodec_send_packet(decoder_.get(), &first);
}

AVFrame* PictureDecoder::endFields(const AVPacket& second) {
  const AVDiscard skipped = std::exchange(decoder_->skip_frame, AVDISCARD_DEFAULT);
  avcodec_send_packet(decoder_.get(), &second);
  avcodec_send_packet(decoder_.get(), nullptr);
  const int received = avcodec_receive_frame(decoder_.get(), frame_.get());
  decoder_->skip_frame = skipped;
  return received < 0 ? nullptr : frame_.get();
}

}  // namespace vigie
