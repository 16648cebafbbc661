#pragma once

#include <string>

#include "io/av-handles.h"
#include "io/sparse-io.h"

namespace vigie {

enum class Family { mp4, matroska, riff, mpegts, flv, ogg, other };

// What tells the frame rate where the header states none.
enum class FrameRateSource { packets, timeBase };

// How to read one of the allowed containers.
struct Demuxer {
  const char* libavName;
  // Short name for the answer; MP4 and Matroska say theirs inside the file.
  const char* container;
  Family family;
  SparseIo::Access access;
  // The header leaves codec parameters open: packets have to be read.
  bool needsPackets;
  // The header states no duration: the timestamps at the file's end do.
  bool timestampsAtEnd;
  // The header states the size with its padding to whole blocks: the picture's own size stands in the packets.
  bool padsSize;
  FrameRateSource frameRateSource;

  const AVInputFormat* inputFormat() const { return av_find_input_format(libavName); }
};

// Nothing for a demuxer that is not on the allow-list.
const Demuxer* findDemuxer(const std::string& libavName);

// The allow-list in libav's own form: comma-separated names.
const std::string& demuxerWhitelist();

}  // namespace vigie
