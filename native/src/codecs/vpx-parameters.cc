#include "codecs/vpx-parameters.h"

#include <algorithm>

#include "codecs/bit-reader.h"

namespace vigie {
namespace {

constexpr size_t kMaxVpxHeaderBytes = 16;
constexpr AVColorSpace kVp9ColorSpaces[] = {AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_BT470BG,   AVCOL_SPC_BT709,
                                            AVCOL_SPC_SMPTE170M,   AVCOL_SPC_SMPTE240M, AVCOL_SPC_BT2020_NCL,
                                            AVCOL_SPC_RESERVED,    AVCOL_SPC_RGB};

// By chroma subsampling (444, 440, 422, 420), then bit depth (8, 10, 12).
constexpr AVPixelFormat kVp9PixelFormats[4][3] = {
    {AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12},
    {AV_PIX_FMT_YUV440P, AV_PIX_FMT_YUV440P10, AV_PIX_FMT_YUV440P12},
    {AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12},
    {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P12},
};
constexpr AVPixelFormat kVp9RgbFormats[] = {AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP10, AV_PIX_FMT_GBRP12};

}  // namespace

// RFC 6386, 9.1.
std::optional<VpxParameters> readVp8Parameters(ByteView frame) {
  if (frame.size < 10 || frame.data[0] & 1) return {};
  if (frame.data[3] != 0x9D || frame.data[4] != 0x01 || frame.data[5] != 0x2A) return {};
  VpxParameters parameters;
  parameters.profile = frame.data[0] >> 1 & 7;
  parameters.pixelFormat = AV_PIX_FMT_YUV420P;
  return parameters;
}

// VP9 Bitstream Specification, 6.2 and 6.2.2.
std::optional<VpxParameters> readVp9Parameters(ByteView frame) {
  constexpr uint32_t kFrameMarker = 2;
  constexpr uint32_t kSyncCode = 0x498342;
  constexpr uint32_t kRgb = 7;
  BitReader reader({frame.data, std::min(frame.size, kMaxVpxHeaderBytes)});
  if (reader.bits(2) != kFrameMarker) return {};
  const uint32_t profileLow = reader.bits(1);
  VpxParameters parameters;
  parameters.profile = static_cast<int>(reader.bits(1) << 1 | profileLow);
  if (parameters.profile == 3) reader.flag();  // reserved
  const bool showsExistingFrame = reader.flag();
  const bool isInterFrame = reader.flag();
  if (showsExistingFrame || isInterFrame) return {};
  reader.bits(2);  // show_frame, error_resilient_mode
  if (reader.bits(24) != kSyncCode) return {};

  const uint32_t depth = parameters.profile < 2 ? 0 : 1 + reader.bits(1);
  const uint32_t colorSpace = reader.bits(3);
  parameters.colorSpace = kVp9ColorSpaces[colorSpace];
  if (colorSpace == kRgb) {
    parameters.colorRange = AVCOL_RANGE_JPEG;
    parameters.pixelFormat = kVp9RgbFormats[depth];
  } else {
    parameters.colorRange = reader.flag() ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    const bool statesSubsampling = parameters.profile == 1 || parameters.profile == 3;
    const uint32_t subsampling = statesSubsampling ? reader.bits(2) : 3;
    // The stream puts the horizontal bit first.
    parameters.pixelFormat = kVp9PixelFormats[subsampling][depth];
  }
  return reader.complete() ? std::optional(parameters) : std::nullopt;
}

}  // namespace vigie
