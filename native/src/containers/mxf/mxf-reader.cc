#include "containers/mxf/mxf-reader.h"

#include "containers/mxf/mxf-layout.h"

namespace vigie {
namespace {

// libav takes the shape of a pixel from the padded size.
void correctSize(AVStream& video, const PictureSize& size) {
  AVCodecParameters& parameters = *video.codecpar;
  AVRational& pixel = video.sample_aspect_ratio;
  if (pixel.num > 0 && parameters.width > 0 && parameters.height > 0) {
    const AVRational shape = av_mul_q(pixel, {parameters.width, parameters.height});
    pixel = av_mul_q(shape, {size.height, size.width});
  }
  parameters.width = size.width;
  parameters.height = size.height;
}

}  // namespace

void MxfReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  ContainerReader::readParameters(container, limits, interrupt);
  AVStream* video = findVideoStream(*container.format);
  const auto size = readMxfHeader(file()).pictureSize;
  // A picture in memory says it itself.
  if (video == nullptr || !size || video->codecpar->format != AV_PIX_FMT_NONE) return;
  correctSize(*video, *size);
}

ContainerFacts MxfReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  facts.truncated = isMxfTruncated(file());
  return facts;
}

DurationResult MxfReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  if (const auto seconds = readMxfHeader(file()).seconds) return Duration{*seconds, DurationSource::header};
  const auto inFooter = readMxfFooterDuration(file());
  if (const auto* need = std::get_if<Need>(&inFooter)) return *need;
  const auto& duration = std::get<std::optional<Duration>>(inFooter);
  return duration ? DurationResult(duration) : ContainerReader::findDuration(container, video, limits);
}

}  // namespace vigie
