#include "demuxers.h"

namespace vigie {
namespace {

using Access = SparseIo::Access;

// Never hls, dash, concat, image2, sdp, rtsp and the like: they open other resources.
constexpr Demuxer kAllowed[] = {
    // libavName, container, family, access, needsPackets, timestampsAtEnd
    {"mov,mp4,m4a,3gp,3g2,mj2", "mp4", Family::mp4, Access::seekable, false, false},
    {"matroska,webm", "matroska", Family::matroska, Access::forward, false, false},
    {"avi", "avi", Family::riff, Access::forward, false, false},
    {"mpegts", "mpegts", Family::other, Access::forward, true, true},
    {"mpeg", "mpeg", Family::other, Access::forward, true, true},
    {"flv", "flv", Family::other, Access::forward, true, false},
    {"asf", "asf", Family::other, Access::forward, false, false},
    {"ogg", "ogg", Family::other, Access::seekable, false, false},
    {"mxf", "mxf", Family::other, Access::forward, false, false},
    {"ivf", "ivf", Family::other, Access::forward, false, false},
    {"h264", "h264", Family::other, Access::forward, true, false},
    {"hevc", "hevc", Family::other, Access::forward, true, false},
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
