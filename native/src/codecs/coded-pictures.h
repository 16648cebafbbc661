#pragma once

#include <optional>

#include "codecs/h264-parameters.h"
#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// Whether the first slice in `picture` (Annex B) belongs to a field, the half of a frame.
bool isH264Field(ByteView picture, const H264Parameters& parameters);

// Counts the frames that begin in a stream of H.264 or HEVC (Annex B); a field is half a frame. One for other codecs.
class FrameCounter {
 public:
  FrameCounter(AVCodecID codec, ByteView configuration);

  // `packet` holds whole pictures, one or more.
  double count(ByteView packet);

 private:
  double framesBegunBy(ByteView nal) const;

  const AVCodecID codec_;
  std::optional<H264Parameters> h264_;
};

}  // namespace vigie
