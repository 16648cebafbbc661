#include "containers/raw/raw-video-reader.h"

#include <vector>

#include "codecs/codec-headers.h"
#include "codecs/h264-parameters.h"
#include "codecs/mpeg-video-header.h"
#include "codecs/mpeg4-headers.h"
#include "containers/timestamp-rate.h"

namespace vigie {
namespace {

// What a header states beyond this is no rate, but a clock.
constexpr double kMaxRate = 240;

AVRational statedRate(ByteView head, const AVCodecParameters& parameters) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO: {
      const auto header = findMpegVideoHeader(head);
      return header ? header->frameRate : AVRational{0, 1};
    }
    case AV_CODEC_ID_H264: {
      const auto known = readH264Parameters({parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
      return known ? known->frameRate : AVRational{0, 1};
    }
    case AV_CODEC_ID_HEVC: {
      const CodecHandle decoder = openHeaderDecoder(parameters);
      return decoder ? decoder->framerate : AVRational{0, 1};
    }
    default:
      return {0, 1};
  }
}

}  // namespace

std::optional<double> RawVideoReader::findFrameRate(const AVStream& video) const {
  std::vector<uint8_t> head(static_cast<size_t>(file().firstMissing(0)));
  file().read(0, head.data(), head.size());
  if (video.codecpar->codec_id == AV_CODEC_ID_MPEG4) {
    const Mpeg4Times pictures = readMpeg4Times({head.data(), head.size()});
    return rateOf(pictures.times, pictures.unit);
  }
  const AVRational rate = statedRate({head.data(), head.size()}, *video.codecpar);
  if (rate.num <= 0 || rate.den <= 0 || av_q2d(rate) > kMaxRate) return {};
  return av_q2d(rate);
}

}  // namespace vigie
