#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "av-handles.h"

namespace vigie {

// Decodes pictures that need no other one. On the calling thread alone: a decoder's own threads would outlive a
// cancelled poster's turn and multiply with the thread pool's.
class PictureDecoder {
 public:
  struct Result {
    // Owned by the decoder, until the next call; null when there was none.
    AVFrame* picture;
    bool damaged;
  };

  // Nothing when libav has no decoder, or refuses the stream's parameters.
  static std::optional<PictureDecoder> open(const AVStream& stream, int64_t maxPixels);

  // Not null and not damaged: the packet was no key frame, whatever its container says.
  Result decode(const AVPacket& packet);

 private:
  PictureDecoder(CodecHandle decoder, FrameHandle frame) : decoder_(std::move(decoder)), frame_(std::move(frame)) {}

  CodecHandle decoder_;
  FrameHandle frame_;
};

}  // namespace vigie
