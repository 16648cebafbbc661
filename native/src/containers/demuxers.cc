#include "containers/demuxers.h"

#include "containers/asf/asf-reader.h"
#include "containers/container-reader.h"
#include "containers/flv/flv-reader.h"
#include "containers/matroska/matroska-reader.h"
#include "containers/mp4/mp4-reader.h"
#include "containers/mpegts/mpeg-reader.h"
#include "containers/mxf/mxf-reader.h"
#include "containers/ogg/ogg-reader.h"
#include "containers/raw/dv-reader.h"
#include "containers/raw/raw-video-reader.h"
#include "containers/riff/riff-reader.h"

namespace vigie {
namespace {

template <typename Reader>
std::unique_ptr<ContainerReader> make(const SparseFile& file, const Demuxer& demuxer, Purpose purpose) {
  return std::make_unique<Reader>(file, demuxer, purpose);
}

using T = Demuxer::Trait;

// Never hls, dash, concat, image2, sdp, rtsp and the like: they open other resources.
constexpr Demuxer kAllowed[] = {
    {"mov,mp4,m4a,3gp,3g2,mj2", "mp4", make<Mp4Reader>, T::kSeeks | T::kIndexesPackets},
    {"matroska,webm", "matroska", make<MatroskaReader>, T::kStatesRateBesideTimes},
    {"avi", "avi", make<RiffReader>, T::kCallsAllKeyFrames},
    {"mpegts", "mpegts", make<MpegTsReader>, T::kNeedsPackets | T::kTimestampsAtEnd},
    {"mpeg", "mpeg", make<MpegPsReader>, T::kNeedsPackets | T::kTimestampsAtEnd},
    {"flv", "flv", make<FlvReader>, T::kNeedsPackets | T::kStatesRateBesideTimes},
    {"asf", "asf", make<AsfReader>, 0},
    {"ogg", "ogg", make<OggReader>, T::kTimestampsAtEnd | T::kTimeBaseIsFrame},
    {"mxf", "mxf", make<MxfReader>, T::kNeedsPackets | T::kTimeBaseIsFrame},
    {"ivf", "ivf", make<ContainerReader>, 0},
    {"h264", "h264", make<RawVideoReader>, T::kNeedsPackets},
    {"hevc", "hevc", make<RawVideoReader>, T::kNeedsPackets},
    {"mpegvideo", "mpegvideo", make<RawVideoReader>, T::kNeedsPackets},
    {"m4v", "m4v", make<RawVideoReader>, T::kNeedsPackets},
    {"dv", "dv", make<DvReader>, 0},
    {"dhav", "dhav", make<ContainerReader>, T::kNeedsPackets},
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
