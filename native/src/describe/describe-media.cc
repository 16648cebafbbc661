#include "describe/describe-media.h"

#include <climits>
#include <cmath>
#include <utility>

#include "describe/display-matrix.h"

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

namespace vigie {
namespace {

std::optional<std::string> textOrNothing(const char* name) {
  if (name == nullptr) return {};
  return std::string(name);
}

std::optional<int64_t> positive(int64_t value) { return value > 0 ? std::optional(value) : std::nullopt; }
std::optional<int> positive(int value) { return value > 0 ? std::optional(value) : std::nullopt; }

int rotationOf(const AVStream& stream) {
  const int32_t* matrix = findDisplayMatrix(stream);
  if (matrix == nullptr) return 0;
  const double degrees = av_display_rotation_get(matrix);
  // Cut off, not rounded, as ffprobe does.
  return std::isnan(degrees) ? 0 : static_cast<int>(degrees);
}

bool standsOnItsSide(int rotation) { return std::abs(rotation) > 45 && std::abs(rotation) < 135; }

// As ffprobe: by number where the profile has no name.
std::optional<std::string> profileOf(const AVCodecParameters& parameters) {
  if (const char* name = avcodec_profile_name(parameters.codec_id, parameters.profile)) return name;
  return parameters.profile >= 0 ? std::optional(std::to_string(parameters.profile)) : std::nullopt;
}

void describeColor(const AVCodecParameters& parameters, VideoTrack& track) {
  if (parameters.color_primaries != AVCOL_PRI_UNSPECIFIED) {
    track.colorPrimaries = textOrNothing(av_color_primaries_name(parameters.color_primaries));
  }
  if (parameters.color_trc != AVCOL_TRC_UNSPECIFIED) {
    track.colorTransfer = textOrNothing(av_color_transfer_name(parameters.color_trc));
  }
  if (parameters.color_space != AVCOL_SPC_UNSPECIFIED) {
    track.colorSpace = textOrNothing(av_color_space_name(parameters.color_space));
  }
  if (parameters.color_range != AVCOL_RANGE_UNSPECIFIED) {
    track.colorRange = textOrNothing(av_color_range_name(parameters.color_range));
  }
  // Perceptual quantizer and hybrid log-gamma.
  track.hdr = parameters.color_trc == AVCOL_TRC_SMPTE2084 || parameters.color_trc == AVCOL_TRC_ARIB_STD_B67;
}

std::string nameOf(const ContainerReader& reader, const AVStream& stream) {
  return reader.findCodecName(stream).value_or("unknown");
}

int channelsOf(const AVCodecParameters& parameters) { return parameters.ch_layout.nb_channels; }

bool isKnown(AVRational aspect) { return aspect.num > 0 && aspect.den > 0; }

// 0 when the aspect is not known.
int64_t shownWidth(int width, AVRational aspect) {
  return isKnown(aspect) ? av_rescale(width, aspect.num, aspect.den) : 0;
}

// The stream's, which a container may derive from a size in whole pixels: then the picture states it exactly.
AVRational pixelAspectOf(AVFormatContext& format, AVStream& stream) {
  const AVRational stated = av_guess_sample_aspect_ratio(&format, &stream, nullptr);
  const AVRational coded = stream.codecpar->sample_aspect_ratio;
  if (!isKnown(stated) || !isKnown(coded)) return stated;
  const int width = stream.codecpar->width;
  return shownWidth(width, stated) == shownWidth(width, coded) ? coded : stated;
}

}  // namespace

VideoTrack describeVideo(const ContainerReader& reader, AVFormatContext& format, AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  VideoTrack track;
  track.codec = nameOf(reader, stream);
  track.profile = profileOf(parameters);
  track.width = parameters.width;
  track.height = parameters.height;
  track.rotation = rotationOf(stream);
  track.pixelFormat = textOrNothing(av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format)));
  track.bitRate = positive(parameters.bit_rate);
  describeColor(parameters, track);

  track.displayWidth = track.width;
  track.displayHeight = track.height;
  const AVRational sar = pixelAspectOf(format, stream);
  const int64_t width = shownWidth(track.width, sar);
  // A ratio that leaves no picture, or one wider than any, is none.
  if (width > 0 && width <= INT_MAX) {
    track.sampleAspectRatio = std::to_string(sar.num) + ":" + std::to_string(sar.den);
    track.displayWidth = static_cast<int>(width);
  }
  if (standsOnItsSide(track.rotation)) std::swap(track.displayWidth, track.displayHeight);
  return track;
}

std::optional<AudioTrack> describeAudio(const ContainerReader& reader, const AVFormatContext& format,
                                        const AVStream& video) {
  const AVStream* audio = findAudioStream(format, video);
  if (audio == nullptr) return {};
  const AVCodecParameters& parameters = *audio->codecpar;
  return AudioTrack{nameOf(reader, *audio), positive(parameters.sample_rate), positive(channelsOf(parameters))};
}

void countStreams(const AVFormatContext& format, Media& media) {
  for (unsigned i = 0; i < format.nb_streams; i++) {
    const AVStream& stream = *format.streams[i];
    const AVMediaType type = stream.codecpar->codec_type;
    if (isCoverArt(stream)) {
      media.coverArtStreams++;
    } else if (type == AVMEDIA_TYPE_VIDEO) {
      media.videoStreams++;
    } else if (type == AVMEDIA_TYPE_AUDIO) {
      media.audioStreams++;
    }
  }
}

}  // namespace vigie
