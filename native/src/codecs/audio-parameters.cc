#include "codecs/audio-parameters.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <new>

#include "codecs/bit-reader.h"

namespace vigie {
namespace {

struct ParserCloser {
  void operator()(AVCodecParserContext* parser) const { av_parser_close(parser); }
};
using ParserHandle = std::unique_ptr<AVCodecParserContext, ParserCloser>;

// Whatever it was made from.
constexpr int kOpusRate = 48000;

constexpr int kAacRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350};
constexpr int kAacChannels[] = {0, 1, 2, 3, 4, 5, 6, 8};

void setAac(AVCodecParameters& parameters, uint32_t rate, uint32_t channels) {
  if (rate >= std::size(kAacRates) || channels == 0 || channels >= std::size(kAacChannels)) return;
  parameters.sample_rate = kAacRates[rate];
  av_channel_layout_uninit(&parameters.ch_layout);
  av_channel_layout_default(&parameters.ch_layout, kAacChannels[channels]);
}

constexpr uint32_t kAacLc = 2;
constexpr uint32_t kSbr = 5;
constexpr uint32_t kParametricStereo = 29;

// ISO/IEC 14496-3, 1.6.6.1: HE-AAC that players without it take for AAC says so after what those read. Else `rate`.
uint32_t readSyncExtension(BitReader reader, uint32_t objectType, uint32_t rate) {
  constexpr uint32_t kSyncExtensionType = 0x2B7;
  if (objectType != kAacLc) return rate;
  reader.bits(3);  // GASpecificConfig without the core coder that it may depend on
  if (reader.bits(11) != kSyncExtensionType || reader.bits(5) != kSbr || !reader.flag()) return rate;
  const uint32_t extendedRate = reader.bits(4);
  return reader.complete() ? extendedRate : rate;
}

// ISO/IEC 14496-3, 1.6.2.1: in MP4's terms, also in FLV.
void readAudioSpecificConfig(AVCodecParameters& parameters) {
  BitReader reader({parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
  const uint32_t objectType = reader.bits(5);
  const uint32_t rate = reader.bits(4);
  const uint32_t channels = reader.bits(4);
  const bool isExtended = objectType == kSbr || objectType == kParametricStereo;
  if (!reader.complete()) return;
  const uint32_t shownRate = isExtended ? reader.bits(4) : readSyncExtension(reader, objectType, rate);
  if (reader.complete()) setAac(parameters, shownRate, objectType == kParametricStereo ? 2 : channels);
}

// ISO/IEC 13818-7, 6.2. libav's parser leaves this to the decoder, for the sake of HE-AAC.
void readAdts(AVCodecParameters& parameters, const AVPacket& packet) {
  if (packet.size < 7 || packet.data[0] != 0xFF || (packet.data[1] & 0xF6) != 0xF0) return;
  setAac(parameters, packet.data[2] >> 2 & 15, (packet.data[2] & 1) << 2 | packet.data[3] >> 6);
}

void readAac(AVCodecParameters& parameters, const AVPacket& packet) {
  // FLV's own header always says 44.1 kHz and two channels.
  if (parameters.extradata_size > 0) {
    readAudioSpecificConfig(parameters);
  } else if (parameters.sample_rate <= 0) {
    readAdts(parameters, packet);
  }
}

}  // namespace

void readAudioParameters(AVStream& audio, const AVPacket& packet) {
  AVCodecParameters& parameters = *audio.codecpar;
  if (parameters.codec_id == AV_CODEC_ID_AAC) {
    readAac(parameters, packet);
    return;
  }
  if (isAudioKnown(audio)) return;
  if (parameters.codec_id == AV_CODEC_ID_OPUS) {
    parameters.sample_rate = kOpusRate;
    return;
  }
  const ParserHandle parser(av_parser_init(parameters.codec_id));
  if (!parser) return;
  const CodecHandle codec(avcodec_alloc_context3(nullptr));
  if (!codec) throw std::bad_alloc();
  if (avcodec_parameters_to_context(codec.get(), &parameters) < 0) return;
  // A packet of libav's own demuxers is whole frames; the first is enough.
  parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  uint8_t* frame = nullptr;
  int frameBytes = 0;
  av_parser_parse2(parser.get(), codec.get(), &frame, &frameBytes, packet.data, packet.size, packet.pts, packet.dts, 0);
  if (codec->sample_rate <= 0) return;
  // MPEG audio: only the frames state the layer.
  parameters.codec_id = codec->codec_id;
  parameters.sample_rate = codec->sample_rate;
  if (codec->ch_layout.nb_channels > 0) av_channel_layout_copy(&parameters.ch_layout, &codec->ch_layout);
}

// RFC 6716, 3.1 and 3.2: the first byte states how long a frame is and how many there are, or that the second does.
double opusSeconds(ByteView packet) {
  constexpr double kSilkSeconds[] = {0.01, 0.02, 0.04, 0.06};
  constexpr double kHybridSeconds[] = {0.01, 0.02};
  constexpr double kCeltSeconds[] = {0.0025, 0.005, 0.01, 0.02};
  constexpr int kFirstHybrid = 12;
  constexpr int kFirstCelt = 16;
  constexpr int kFrameCounts[] = {1, 2, 2};
  if (packet.size < 2) return 0;
  const int configuration = packet.data[0] >> 3;
  const int code = packet.data[0] & 3;
  const int frames = code < 3 ? kFrameCounts[code] : packet.data[1] & 0x3F;
  if (configuration < kFirstHybrid) return frames * kSilkSeconds[configuration & 3];
  if (configuration < kFirstCelt) return frames * kHybridSeconds[configuration & 1];
  return frames * kCeltSeconds[configuration & 3];
}

bool isAudioKnown(const AVStream& audio) { return audio.codecpar->sample_rate > 0; }

bool areAudiosKnown(const AVFormatContext& format) {
  return std::all_of(format.streams, format.streams + format.nb_streams, [](const AVStream* stream) {
    return stream->codecpar->codec_type != AVMEDIA_TYPE_AUDIO || isAudioKnown(*stream);
  });
}

}  // namespace vigie
