#include "codecs/coded-pictures.h"

#include <algorithm>

#include "codecs/annex-b.h"
#include "codecs/bit-reader.h"

namespace vigie {
namespace {

// Enough for the start of a slice header; no emulation prevention byte lies in it, as its numbers are small.
constexpr size_t kMaxSliceHeaderBytes = 16;

bool isH264Slice(ByteView nal) {
  constexpr uint8_t kSlice = 1;
  constexpr uint8_t kIdrSlice = 5;
  if (nal.size < 2) return false;
  const uint8_t type = nal.data[0] & 0x1F;
  return type == kSlice || type == kIdrSlice;
}

struct SliceStart {
  bool beginsPicture;
  bool ofField;
};

// ITU-T H.264, 7.3.3.
SliceStart readH264Slice(ByteView nal, const std::optional<H264Parameters>& parameters) {
  BitReader reader({nal.data + 1, std::min(nal.size - 1, kMaxSliceHeaderBytes)});
  SliceStart start{reader.ue() == 0, false};
  if (!parameters || !parameters->mayHaveFields) return start;
  reader.ue();  // slice_type
  reader.ue();  // pic_parameter_set_id
  if (parameters->separatesPlanes) reader.bits(2);
  reader.bits(parameters->frameNumberBits);
  start.ofField = reader.flag();
  return start;
}

// ITU-T H.265, 7.3.6.1: first_slice_segment_in_pic_flag.
bool beginsHevcPicture(ByteView nal) {
  constexpr int kFirstNonPicture = 32;
  return nal.size > 2 && (nal.data[0] >> 1 & 63) < kFirstNonPicture && (nal.data[2] & 0x80) != 0;
}

}  // namespace

bool isH264Field(ByteView picture, const H264Parameters& parameters) {
  bool isField = false;
  visitStartCodes(picture, [&](ByteView nal) {
    if (!isH264Slice(nal)) return true;
    isField = readH264Slice(nal, parameters).ofField;
    return false;
  });
  return isField;
}

FrameCounter::FrameCounter(AVCodecID codec, ByteView configuration) : codec_(codec) {
  if (codec == AV_CODEC_ID_H264) h264_ = readH264Parameters(configuration);
}

double FrameCounter::count(ByteView packet) {
  if (codec_ != AV_CODEC_ID_H264 && codec_ != AV_CODEC_ID_HEVC) return 1;
  if (codec_ == AV_CODEC_ID_H264 && !h264_) h264_ = readH264Parameters(packet);
  double frames = 0;
  visitStartCodes(packet, [&](ByteView nal) {
    frames += framesBegunBy(nal);
    return true;
  });
  return frames;
}

double FrameCounter::framesBegunBy(ByteView nal) const {
  if (codec_ == AV_CODEC_ID_HEVC) return beginsHevcPicture(nal) ? 1 : 0;
  if (!isH264Slice(nal)) return 0;
  const SliceStart slice = readH264Slice(nal, h264_);
  if (!slice.beginsPicture) return 0;
  return slice.ofField ? 0.5 : 1;
}

}  // namespace vigie
