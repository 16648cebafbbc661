#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "io/av-handles.h"

namespace vigie {

// Decodes pictures that need no other one. On the calling thread alone: a decoder's own threads would outlive a
// cancelled poster's turn and multiply with the thread pool's.
class PictureDecoder {
 public:
  // Nothing when libav has no decoder, or refuses the stream's parameters.
  static std::optional<PictureDecoder> open(const AVStream& stream, int64_t maxPixels);

  // Null when the packet is damaged, or is no key frame, whatever its container says. The picture stays the decoder's,
  // until the next call.
  AVFrame* decode(const AVPacket& packet);

  // The same for a picture that is coded as two fields, a packet each; the second may be predicted from the first.
  void beginFields(const AVPacket& first);
  AVFrame* endFields(const AVPacket& second);

 private:
  PictureDecoder(CodecHandle decoder, FrameHandle frame) : decoder_(std::move(decoder)), frame_(std::move(frame)) {}

  CodecHandle decoder_;
  FrameHandle frame_;
};

}  // namespace vigie
