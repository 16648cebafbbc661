#include "poster/poster.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "codecs/codec-headers.h"
#include "codecs/coded-pictures.h"
#include "codecs/h264-parameters.h"
#include "describe/behind-tag.h"
#include "describe/display-matrix.h"
#include "describe/open-video.h"
#include "io/interruptible.h"
#include "poster/jpeg-encoder.h"
#include "poster/key-frame-reader.h"
#include "poster/picture-converter.h"
#include "poster/picture-decoder.h"
#include "poster/picture-orientation.h"

namespace vigie {
namespace {

// Key frames that may fail to decode before the video is given up. An AVI without its index, which lies at the end,
// calls every H.264 picture one.
constexpr int kMaxFailed = 3;

Failure tooManyPixels() { return {FailureCode::pictureTooLarge, "the picture has more pixels than the limit"}; }

// One attempt on a video whose header is understood.
class Attempt {
 public:
  Attempt(const SparseFile& file, OpenVideo& video, const Limits& limits, const PosterSettings& settings,
          Interrupt& interrupt)
      : video_(video),
        maxPackets_(limits.maxPackets),
        settings_(settings),
        interrupt_(interrupt),
        reader_(file, video, limits, settings) {}

  PosterAnswer run() {
    const AVCodecParameters& parameters = *video_.stream->codecpar;
    if (!isWithin(parameters.width, parameters.height)) return tooManyPixels();
    if (avcodec_find_decoder(parameters.codec_id) == nullptr) return withoutDecoder();
    std::optional<PictureDecoder> decoder;
    const int allowed = video_.reader->demuxer().has(Demuxer::kCallsAllKeyFrames) ? maxPackets_ : kMaxFailed;
    for (int failed = 0; failed < allowed && !interrupt_.tripped(); failed++) {
      const auto step = reader_.next();
      if (const auto* need = std::get_if<Need>(&step)) return *need;
      if (const auto* failure = std::get_if<Failure>(&step)) return failed > 0 ? undecodable() : *failure;
      const AVPacket& packet = *std::get<const AVPacket*>(step);
      if (!decoder) decoder = openFor(packet);
      if (!decoder) return withoutDecoder();
      if (isField(packet)) {
        if (auto answer = showFields(*decoder, packet)) return *std::move(answer);
      } else if (AVFrame* picture = decoder->decode(packet)) {
        return show(*picture);
      }
    }
    return undecodable();
  }

 private:
  bool isWithin(int width, int height) const { return static_cast<int64_t>(width) * height <= settings_.maxPixels; }

  std::optional<PictureDecoder> openFor(const AVPacket& picture) const {
    correctPictureSize(*video_.stream->codecpar, picture);
    return PictureDecoder::open(*video_.stream, settings_.maxPixels);
  }

  // Nothing if the two don't decode.
  std::optional<PosterAnswer> showFields(PictureDecoder& decoder, const AVPacket& first) {
    decoder.beginFields(first);
    const auto step = reader_.following();
    if (const auto* need = std::get_if<Need>(&step)) return *need;
    if (std::holds_alternative<Failure>(step)) return undecodable();
    AVFrame* picture = decoder.endFields(*std::get<const AVPacket*>(step));
    return picture ? std::optional(show(*picture)) : std::nullopt;
  }

  bool isField(const AVPacket& packet) const {
    const AVCodecParameters& parameters = *video_.stream->codecpar;
    if (parameters.codec_id != AV_CODEC_ID_H264) return false;
    const ByteView picture{packet.data, static_cast<size_t>(packet.size)};
    auto known = readH264Parameters({parameters.extradata, static_cast<size_t>(parameters.extradata_size)});
    if (!known) known = readH264Parameters(picture);
    return known && known->mayHaveFields && isH264Field(picture, *known);
  }

  Failure withoutDecoder() const {
    const std::string codec = video_.reader->findCodecName(*video_.stream).value_or("this codec");
    return Failure{FailureCode::unsupportedFormat, "there is no decoder for " + codec};
  }

  static Failure undecodable() { return {FailureCode::pictureUndecodable, "the first key frames cannot be decoded"}; }

  PosterAnswer show(AVFrame& picture) {
    if (!isWithin(picture.width, picture.height)) return tooManyPixels();
    if (interrupt_.tripped()) return undecodable();
    const AVRational aspect = av_guess_sample_aspect_ratio(video_.container.format.get(), video_.stream, &picture);
    const PictureSize size = fitWithin(picture.width, picture.height, aspect, settings_.maxSidePixels);
    FrameHandle shown = convertToJpegColors(picture, size);
    if (!shown) return Failure{FailureCode::pictureUndecodable, "the pixel format of the picture is not supported"};
    if (interrupt_.tripped()) return undecodable();
    shown = orient(std::move(shown), orientationOf(findDisplayMatrix(*video_.stream)));
    return Poster{encodeJpeg(*shown, settings_.quality), shown->width, shown->height};
  }

  OpenVideo& video_;
  const int maxPackets_;
  const PosterSettings& settings_;
  Interrupt& interrupt_;
  KeyFrameReader reader_;
};

PosterAnswer posterUninterrupted(const SparseFile& file, const Limits& limits, const PosterSettings& settings,
                                 Interrupt& interrupt) {
  auto opened = openVideo(file, Purpose::pictures, limits, interrupt);
  if (const auto* need = std::get_if<Need>(&opened)) return *need;
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  return Attempt(file, std::get<OpenVideo>(opened), limits, settings, interrupt).run();
}

}  // namespace

PosterAnswer poster(const SparseFile& file, const Limits& limits, const PosterSettings& settings,
                    Interrupt& interrupt) {
  const Failure timeout{FailureCode::probeTimeout, "the poster took longer than its time limit"};
  return unlessInterrupted<PosterAnswer>(interrupt, Cancelled{}, timeout, [&] {
    return runBehindTag<PosterAnswer>(
        file, [&](const SparseFile& rest) { return posterUninterrupted(rest, limits, settings, interrupt); });
  });
}

}  // namespace vigie
