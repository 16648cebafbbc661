#include "containers/demuxers.h"

namespace vigie {
namespace {

using Access = SparseIo::Access;

// Never hls, dash, concat, image2, sdp, rtsp and the like: they open other resources.
constexpr Demuxer kAllowed[] = {
    // libavName, container, family, access, needsPackets, timestampsAtEnd, padsSize, frameRateSource
    {"mov,mp4,m4a,3gp,3g2,mj2", "mp4", Family::mp4, Access::seekable, false, false, false, FrameRateSource::packets},
    {"matroska,webm", "matroska", Family::matroska, Access::forward, false, false, false, FrameRateSource::packets},
    {"avi", "avi", Family::riff, Access::forward, false, false, false, FrameRateSource::packets},
    {"mpegts", "mpegts", Family::mpegts, Access::forward, true, true, false, FrameRateSource::packets},
    {"mpeg", "mpeg", Family::other, Access::forward, true, true, false, FrameRateSource::packets},
    {"flv", "flv", Family::flv, Access::forward, true, false, false, FrameRateSource::packets},
    {"asf", "asf", Family::other, Access::forward, false, false, false, FrameRateSource::packets},
    {"ogg", "ogg", Family::ogg, Access::forward, false, true, false, FrameRateSource::timeBase},
    {"mxf", "mxf", Family::other, Access::forward, true, false, true, FrameRateSource::timeBase},
    {"ivf", "ivf", Family::other, Access::forward, false, false, false, FrameRateSource::packets},
    {"h264", "h264", Family::other, Access::forward, true, false, false, FrameRateSource::packets},
    {"hevc", "hevc", Family::other, Access::forward, true, false, false, FrameRateSource::packets},
};

}  // namespace

const Demuxer* findDemuxer(const std::string& libavName) {
  for (const Demuxer& demuxer : kAllowed) {
    if (libavName == demuxer.libavName) return &demuxer;
  }
  return nullptr;
}

const std::string& demuxerWhitelist() {
  static const std::string whitelist = [] {
    std::string names;
    for (const Demuxer& demuxer : kAllowed) names += (names.empty() ? "" : ",") + std::string(demuxer.libavName);
    return names;
  }();
  return whitelist;
}

}  // namespace vigie
