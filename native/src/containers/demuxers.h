#pragma once

#include <memory>
#include <string>

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

class ContainerReader;
enum class Purpose;

// How to read one of the allowed containers.
struct Demuxer {
  enum Trait : unsigned {
    // Its header lies anywhere: libav has to seek to it.
    kSeeks = 1 << 0,
    // The header leaves codec parameters open: packets have to be read.
    kNeedsPackets = 1 << 1,
    // The header states no duration: the timestamps at the file's end do.
    kTimestampsAtEnd = 1 << 2,
    // The time base is the duration of a frame, where the header states no frame rate.
    kTimeBaseIsFrame = 1 << 3,
    // The header indexes the packets, so that a key frame can be read from where it lies.
    kIndexesPackets = 1 << 4,
    // Without its index, which lies at the end and is not read, any packet may be called a key frame.
    kCallsAllKeyFrames = 1 << 5,
    // Each packet has its time, whatever frame rate the header states.
    kStatesRateBesideTimes = 1 << 6,
  };

  const char* libavName;
  // Short name for the answer; MP4 and Matroska state theirs inside the file.
  const char* container;
  // Makes the reader of its family of containers.
  std::unique_ptr<ContainerReader> (*makeReader)(const SparseFile& file, const Demuxer& demuxer, Purpose purpose);
  unsigned traits;

  bool has(Trait trait) const { return (traits & trait) != 0; }
  const AVInputFormat* inputFormat() const { return av_find_input_format(libavName); }
};

// Nothing for a demuxer that is not on the allow-list.
const Demuxer* findDemuxer(const std::string& libavName);

// The allow-list in libav's own form: comma-separated names.
const std::string& demuxerWhitelist();

}  // namespace vigie
