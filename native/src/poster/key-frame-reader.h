#pragma once

#include <variant>

#include "containers/limits.h"
#include "describe/open-video.h"
#include "io/av-handles.h"
#include "io/sparse-file.h"
#include "poster/poster-settings.h"

namespace vigie {

// The key frames of a video stream, in the order of the file. A packet is given only when all of it was in memory.
class KeyFrameReader {
 public:
  KeyFrameReader(const SparseFile& file, OpenVideo& video, const Limits& limits, const PosterSettings& settings);

  // The packet stays valid until the next call. A failure: there is no further key frame.
  std::variant<const AVPacket*, Need, Failure> next();
  // What follows the last key frame in its stream: the second field of a picture that is coded as two.
  std::variant<const AVPacket*, Need, Failure> following();

 private:
  using Step = std::variant<const AVPacket*, Need, Failure>;

  bool findIndexed();
  Step readIndexed();
  Step readOn();
  bool readPacket();
  bool isVideo() const;
  bool isWhole();
  Step atEnd() const;
  Step askFor(int64_t begin, int64_t end) const;

  const SparseFile& file_;
  OpenVideo& video_;
  const Limits& limits_;
  const PosterSettings& settings_;
  PacketHandle packet_;
  // Read ahead: the next to be given, unless it is empty.
  PacketHandle following_;
  int packets_ = 0;
  // Into the index of an MP4.
  int entry_ = 0;
  bool indexed_ = false;
};

}  // namespace vigie
