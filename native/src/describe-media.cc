#include "describe-media.h"

#include <cmath>
#include <utility>

#include "display-matrix.h"

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
  return std::isnan(degrees) ? 0 : static_cast<int>(std::lround(degrees));
}

bool standsOnItsSide(int rotation) { return std::abs(rotation) > 45 && std::abs(rotation) < 135; }

std::optional<double> frameRateOf(const AVStream& stream) {
  for (const AVRational rate : {stream.avg_frame_rate, stream.r_frame_rate}) {
    if (rate.num > 0 && rate.den > 0) return av_q2d(rate);
  }
  return {};
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

int channelsOf(const AVCodecParameters& parameters) { return parameters.ch_layout.nb_channels; }

}  // namespace

VideoTrack describeVideo(AVFormatContext& format, AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  VideoTrack track;
  track.codec = avcodec_get_name(parameters.codec_id);
  track.profile = textOrNothing(avcodec_profile_name(parameters.codec_id, parameters.profile));
  track.width = parameters.width;
  track.height = parameters.height;
  track.rotation = rotationOf(stream);
  track.frameRate = frameRateOf(stream);
  track.pixelFormat = textOrNothing(av_get_pix_fmt_name(static_cast<AVPixelFormat>(parameters.format)));
  track.bitRate = positive(parameters.bit_rate);
  describeColor(parameters, track);

  track.displayWidth = track.width;
  track.displayHeight = track.height;
  const AVRational sar = av_guess_sample_aspect_ratio(&format, &stream, nullptr);
  if (sar.num > 0 && sar.den > 0) {
    track.sampleAspectRatio = std::to_string(sar.num) + ":" + std::to_string(sar.den);
    track.displayWidth = static_cast<int>(av_rescale(track.width, sar.num, sar.den));
  }
  if (standsOnItsSide(track.rotation)) std::swap(track.displayWidth, track.displayHeight);
  return track;
}

std::optional<AudioTrack> describeAudio(const AVFormatContext& format, const AVStream& video) {
  const int index =
      av_find_best_stream(const_cast<AVFormatContext*>(&format), AVMEDIA_TYPE_AUDIO, -1, video.index, nullptr, 0);
  if (index < 0) return {};
  const AVCodecParameters& parameters = *format.streams[index]->codecpar;
  return AudioTrack{avcodec_get_name(parameters.codec_id), positive(parameters.sample_rate),
                    positive(channelsOf(parameters))};
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
