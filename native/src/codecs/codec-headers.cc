#include "codecs/codec-headers.h"

#include <algorithm>
#include <iterator>
#include <new>
#include <optional>
#include <vector>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "codecs/h264-parameters.h"
#include "codecs/jpeg-parameters.h"
#include "codecs/mpeg4-headers.h"
#include "codecs/nal-units.h"
#include "codecs/valid-colors.h"
#include "codecs/vpx-parameters.h"

namespace vigie {
namespace {

constexpr int kMacroblock = 16;

// What the container states wins: a field is filled in only if it was not stated.
template <typename Field>
void fillIn(Field& field, Field unknown, Field known) {
  if (field == unknown) field = known;
}

// A container may cut off more than the parameter sets do, within a macroblock: decoders follow it.
bool isCropped(const AVCodecParameters& parameters, const H264Parameters& known) {
  const auto isWithin = [](int length, int coded) {
    return length > 0 && length <= coded && FFALIGN(length, kMacroblock) == FFALIGN(coded, kMacroblock);
  };
  return isWithin(parameters.width, known.width) && isWithin(parameters.height, known.height);
}

void fillIn(AVCodecParameters& parameters, const H264Parameters& known) {
  if (known.width > 0 && known.height > 0 && !isCropped(parameters, known)) {
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

bool fillIn(AVCodecParameters& parameters, const std::optional<H264Parameters>& known) {
  if (known) fillIn(parameters, *known);
  return known.has_value();
}

ByteView configurationOf(const AVCodecParameters& parameters) {
  return {parameters.extradata, static_cast<size_t>(parameters.extradata_size)};
}

ByteView bytesOf(const AVPacket& packet) { return {packet.data, static_cast<size_t>(packet.size)}; }

std::optional<H264Parameters> readH264Packet(const AVCodecParameters& parameters, const AVPacket& packet) {
  return readH264Sample(bytesOf(packet), nalLengthBytesOfAvc(configurationOf(parameters)));
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

// The parameter sets before the first picture (ITU-T H.265, table 7-1), as a stream of annex B.
std::vector<uint8_t> gatherHevcParameterSets(ByteView sample, int lengthBytes) {
  constexpr uint8_t kStartCode[] = {0, 0, 0, 1};
  constexpr int kFirstNonPicture = 32;
  constexpr int kLastParameterSet = 34;
  std::vector<uint8_t> sets;
  for (const ByteView nal : splitNalUnits(sample, lengthBytes)) {
    if (nal.size == 0) continue;
    const int type = nal.data[0] >> 1 & 63;
    if (type < kFirstNonPicture) break;
    if (type > kLastParameterSet) continue;
    sets.insert(sets.end(), std::begin(kStartCode), std::end(kStartCode));
    sets.insert(sets.end(), nal.data, nal.data + nal.size);
  }
  return sets;
}

// Whether the decoder has understood parameter sets.
bool fillInFromHevc(AVCodecParameters& parameters, const AVCodecContext& decoder) {
  if (decoder.pix_fmt == AV_PIX_FMT_NONE) return false;
  parameters.width = decoder.width;
  parameters.height = decoder.height;
  fillInFromDecoder(parameters, decoder);
  return true;
}

// Over parameter sets alone; empty if the packet has none.
CodecHandle openHevcDecoder(const AVCodecParameters& parameters, const AVPacket& packet) {
  const auto sets = gatherHevcParameterSets(bytesOf(packet), nalLengthBytesOfHevc(configurationOf(parameters)));
  return sets.empty() ? nullptr : openHeaderDecoder(parameters, {sets.data(), sets.size()});
}

void setConfiguration(AVCodecContext& decoder, ByteView configuration) {
  av_freep(static_cast<void*>(&decoder.extradata));
  decoder.extradata_size = 0;
  decoder.extradata = static_cast<uint8_t*>(av_mallocz(configuration.size + AV_INPUT_BUFFER_PADDING_SIZE));
  if (decoder.extradata == nullptr) throw std::bad_alloc();
  std::copy_n(configuration.data, configuration.size, decoder.extradata);
  decoder.extradata_size = static_cast<int>(configuration.size);
}

}  // namespace

void correctPictureSize(AVCodecParameters& parameters, const AVPacket& picture) {
  if (parameters.codec_id != AV_CODEC_ID_MJPEG) return;
  const auto known = readJpegParameters({picture.data, static_cast<size_t>(picture.size)});
  if (known) correctJpegSize(parameters, *known);
}

CodecHandle openHeaderDecoder(const AVCodecParameters& parameters, ByteView configuration) {
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) return nullptr;
  CodecHandle decoder(avcodec_alloc_context3(codec));
  if (!decoder) throw std::bad_alloc();
  if (avcodec_parameters_to_context(decoder.get(), &parameters) < 0) return nullptr;
  if (configuration.size > 0) setConfiguration(*decoder, configuration);
  decoder->thread_count = 1;
  // Headers are parsed, pictures are not decoded.
  decoder->skip_frame = AVDISCARD_ALL;
  if (avcodec_open2(decoder.get(), codec, nullptr) < 0) return nullptr;
  dropInvalidColors(*decoder);
  return decoder;
}

namespace {

// Newer versions of libav call RGB a matrix of its own where no header states one.
bool isRgb(AVPixelFormat format) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  return descriptor != nullptr && (descriptor->flags & AV_PIX_FMT_FLAG_RGB) != 0;
}

// ProRes is always of limited range, which FFmpeg 7 leaves out.
AVColorRange rangeOf(const AVCodecContext& decoder) {
  const bool isProres = decoder.codec_id == AV_CODEC_ID_PRORES && decoder.pix_fmt != AV_PIX_FMT_NONE;
  return isProres && decoder.color_range == AVCOL_RANGE_UNSPECIFIED ? AVCOL_RANGE_MPEG : decoder.color_range;
}

}  // namespace

void fillInFromDecoder(AVCodecParameters& parameters, const AVCodecContext& decoder) {
  if (parameters.width == 0) {
    parameters.width = decoder.width;
    parameters.height = decoder.height;
  }
  fillIn<int>(parameters.format, AV_PIX_FMT_NONE, decoder.pix_fmt);
  fillIn(parameters.color_primaries, AVCOL_PRI_UNSPECIFIED, decoder.color_primaries);
  fillIn(parameters.color_trc, AVCOL_TRC_UNSPECIFIED, decoder.color_trc);
  const bool isImplied = decoder.codec_id == AV_CODEC_ID_PNG && isRgb(decoder.pix_fmt);
  if (!isImplied) fillIn(parameters.color_space, AVCOL_SPC_UNSPECIFIED, decoder.colorspace);
  fillIn(parameters.color_range, AVCOL_RANGE_UNSPECIFIED, rangeOf(decoder));
  if (parameters.sample_aspect_ratio.num == 0) parameters.sample_aspect_ratio = decoder.sample_aspect_ratio;
  if (parameters.profile < 0) parameters.profile = decoder.profile;
}

namespace {

bool fillInFromMpeg4(AVCodecParameters& parameters) {
  const auto size = readMpeg4Size(configurationOf(parameters));
  if (!size) return false;
  parameters.width = size->width;
  parameters.height = size->height;
  return true;
}

}  // namespace

bool fillInFromConfiguration(AVCodecParameters& parameters) {
  if (parameters.extradata_size <= 0) return false;
  if (parameters.codec_id == AV_CODEC_ID_H264)
    return fillIn(parameters, readH264Parameters(configurationOf(parameters)));
  if (parameters.codec_id == AV_CODEC_ID_MPEG4) return fillInFromMpeg4(parameters);
  if (parameters.codec_id != AV_CODEC_ID_HEVC) return false;
  const CodecHandle decoder = openHeaderDecoder(parameters);
  return decoder && fillInFromHevc(parameters, *decoder);
}

bool fillInFromPicture(AVCodecParameters& parameters, const AVPacket& packet) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
      return fillIn(parameters, readH264Packet(parameters, packet));
    case AV_CODEC_ID_HEVC: {
      const CodecHandle decoder = openHevcDecoder(parameters, packet);
      return decoder && fillInFromHevc(parameters, *decoder);
    }
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
    auto known = readH264Parameters(configurationOf(parameters));
    if (!known) known = readH264Packet(parameters, packet);
    if (fillIn(parameters, known)) video.r_frame_rate = known->frameRate;
    return;
  }
  CodecHandle decoder = parameters.extradata_size > 0 ? openHeaderDecoder(parameters) : nullptr;
  if (!decoder || decoder->pix_fmt == AV_PIX_FMT_NONE) decoder = openHevcDecoder(parameters, packet);
  if (decoder && fillInFromHevc(parameters, *decoder)) video.r_frame_rate = decoder->framerate;
}

}  // namespace vigie
