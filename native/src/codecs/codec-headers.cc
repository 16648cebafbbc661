#include "codecs/codec-headers.h"

#include <algorithm>
#include <iterator>
#include <new>

#include "codecs/h264-parameters.h"
#include "codecs/jpeg-parameters.h"
#include "codecs/valid-colors.h"
#include "codecs/vpx-parameters.h"

namespace vigie {
namespace {

// What the container states wins: a field is filled in only if it was not stated.
template <typename Field>
void fillIn(Field& field, Field unknown, Field known) {
  if (field == unknown) field = known;
}

void fillIn(AVCodecParameters& parameters, const H264Parameters& known) {
  if (parameters.width == 0) {
    parameters.width = known.width;
    parameters.height = known.height;
  }
  fillIn<int>(parameters.format, AV_PIX_FMT_NONE, known.pixelFormat);
  fillIn(parameters.color_primaries, AVCOL_PRI_UNSPECIFIED, known.colorPrimaries);
  fillIn(parameters.color_trc, AVCOL_TRC_UNSPECIFIED, known.colorTransfer);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, known.colorSpace);
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, known.colorRange);
  if (parameters.sample_aspect_ratio.num == 0) parameters.sample_aspect_ratio = known.sampleAspectRatio;
  if (parameters.profile < 0) parameters.profile = known.profile;
}

bool fillInFromH264(AVCodecParameters& parameters, const uint8_t* data, int size) {
  const auto known = readH264Parameters({data, static_cast<size_t>(size)});
  if (known) fillIn(parameters, *known);
  return known.has_value();
}

// A packet of two JPEGs, a field each, is as high as both; the first alone doesn't say so.
bool holdsFields(const AVCodecParameters& parameters, const JpegParameters& jpeg) {
  return jpeg.marksFields && parameters.width == jpeg.width && parameters.height > jpeg.height;
}

void correctJpegSize(AVCodecParameters& parameters, const JpegParameters& jpeg) {
  if (holdsFields(parameters, jpeg)) return;
  parameters.width = jpeg.width;
  parameters.height = jpeg.height;
}

bool fillInFromJpeg(AVCodecParameters& parameters, const AVPacket& packet) {
  const auto known = readJpegParameters({packet.data, static_cast<size_t>(packet.size)});
  if (!known) return false;
  correctJpegSize(parameters, *known);
  if (known->pixelFormat == AV_PIX_FMT_NONE) return false;
  parameters.format = known->pixelFormat;
  parameters.profile = known->profile;
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, AVCOL_RANGE_JPEG);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT470BG);
  return true;
}

bool fillInFromVpx(AVCodecParameters& parameters, const AVPacket& packet) {
  const ByteView frame{packet.data, static_cast<size_t>(packet.size)};
  const auto known = parameters.codec_id == AV_CODEC_ID_VP8 ? readVp8Parameters(frame) : readVp9Parameters(frame);
  if (!known) return false;
  parameters.format = known->pixelFormat;
  parameters.profile = known->profile;
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, known->colorRange);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, known->colorSpace);
  return true;
}

// What precedes the first picture (ITU-T H.265, table 7-1) becomes the stream's configuration.
bool copyHevcParameterSets(AVCodecParameters& parameters, const AVPacket& packet) {
  constexpr uint8_t kStartCode[] = {0, 0, 1};
  constexpr int kFirstNonPicture = 32;
  const uint8_t* begin = packet.data;
  const uint8_t* end = begin + packet.size;
  const uint8_t* at = std::search(begin, end, std::begin(kStartCode), std::end(kStartCode));
  while (end - at > 4 && (at[3] >> 1 & 63) >= kFirstNonPicture) {
    at = std::search(at + 3, end, std::begin(kStartCode), std::end(kStartCode));
  }
  const auto size = static_cast<size_t>(at - begin);
  if (size < std::size(kStartCode) + 2) return false;
  parameters.extradata = static_cast<uint8_t*>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
  if (parameters.extradata == nullptr) throw std::bad_alloc();
  std::copy_n(begin, size, parameters.extradata);
  parameters.extradata_size = static_cast<int>(size);
  return true;
}

}  // namespace

void correctPictureSize(AVCodecParameters& parameters, const AVPacket& picture) {
  if (parameters.codec_id != AV_CODEC_ID_MJPEG) return;
  const auto known = readJpegParameters({picture.data, static_cast<size_t>(picture.size)});
  if (known) correctJpegSize(parameters, *known);
}

CodecHandle openHeaderDecoder(const AVCodecParameters& parameters) {
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

void fillInFromDecoder(AVCodecParameters& parameters, const AVCodecContext& decoder) {
  if (parameters.width == 0) {
    parameters.width = decoder.width;
    parameters.height = decoder.height;
  }
  fillIn<int>(parameters.format, AV_PIX_FMT_NONE, decoder.pix_fmt);
  fillIn(parameters.color_primaries, AVCOL_PRI_UNSPECIFIED, decoder.color_primaries);
  fillIn(parameters.color_trc, AVCOL_TRC_UNSPECIFIED, decoder.color_trc);
  fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, decoder.colorspace);
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, decoder.color_range);
  if (parameters.sample_aspect_ratio.num == 0) parameters.sample_aspect_ratio = decoder.sample_aspect_ratio;
  if (parameters.profile < 0) parameters.profile = decoder.profile;
}

bool fillInFromHevc(AVCodecParameters& parameters, const AVPacket& packet) {
  if (parameters.extradata_size == 0 && !copyHevcParameterSets(parameters, packet)) return false;
  const CodecHandle decoder = openHeaderDecoder(parameters);
  if (!decoder || decoder->pix_fmt == AV_PIX_FMT_NONE) return false;
  dropInvalidColors(*decoder);
  fillInFromDecoder(parameters, *decoder);
  return true;
}

bool fillInFromConfiguration(AVCodecParameters& parameters) {
  return fillInFromH264(parameters, parameters.extradata, parameters.extradata_size);
}

bool fillInFromPicture(AVCodecParameters& parameters, const AVPacket& packet) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
      return fillInFromH264(parameters, packet.data, packet.size);
    case AV_CODEC_ID_HEVC:
      return fillInFromHevc(parameters, packet);
    case AV_CODEC_ID_MJPEG:
      return fillInFromJpeg(parameters, packet);
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9:
      return fillInFromVpx(parameters, packet);
    default:
      return false;
  }
}

void readParameterSets(AVStream& video, const AVPacket& packet) {
  AVCodecParameters& parameters = *video.codecpar;
  if (parameters.codec_id == AV_CODEC_ID_H264) {
    auto known = readH264Parameters({parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
    if (!known) known = readH264Parameters({packet.data, static_cast<size_t>(packet.size)});
    if (!known) return;
    fillIn(parameters, *known);
    video.r_frame_rate = known->frameRate;
    return;
  }
  if (parameters.extradata_size == 0 && !copyHevcParameterSets(parameters, packet)) return;
  const CodecHandle decoder = openHeaderDecoder(parameters);
  if (!decoder) return;
  fillInFromDecoder(parameters, *decoder);
  video.r_frame_rate = decoder->framerate;
}

}  // namespace vigie
