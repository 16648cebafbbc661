#include "codecs/jpeg-parameters.h"

#include <algorithm>
#include <string_view>

namespace vigie {
namespace {

using namespace std::string_view_literals;

// ITU-T T.81, B.1.1.3.
constexpr uint8_t kStartOfImage = 0xD8;
constexpr uint8_t kStartOfScan = 0xDA;
constexpr uint8_t kComment = 0xFE;
constexpr auto kLimitedRange = "CS=ITU601"sv;
// Adobe's marker may announce RGB or CMYK.
constexpr uint8_t kApp14 = 0xEE;
// AVI's marker, and after it which of two fields follows; 0: a whole frame.
constexpr uint8_t kApp0 = 0xE0;
constexpr auto kAviTag = "AVI1"sv;
constexpr int kMaxMarkers = 64;

bool isFrameHeader(uint8_t marker) { return marker >= 0xC0 && marker <= 0xC3; }

bool saysLimitedRange(ByteView comment) {
  return comment.size >= kLimitedRange.size() && std::equal(kLimitedRange.begin(), kLimitedRange.end(), comment.data);
}

bool marksField(ByteView marker) {
  return marker.size > kAviTag.size() && std::equal(kAviTag.begin(), kAviTag.end(), marker.data) &&
         marker.data[kAviTag.size()] != 0;
}

AVPixelFormat pixelFormatOf(ByteView header) {
  constexpr size_t kThreeComponents = 6 + 3 * 3;
  const uint8_t* data = header.data;
  if (header.size < kThreeComponents || data[0] != 8 || data[5] != 3) return AV_PIX_FMT_NONE;
  if (data[10] != 0x11 || data[13] != 0x11) return AV_PIX_FMT_NONE;
  switch (data[7]) {
    case 0x11:
      return AV_PIX_FMT_YUVJ444P;
    case 0x21:
      return AV_PIX_FMT_YUVJ422P;
    case 0x22:
      return AV_PIX_FMT_YUVJ420P;
    default:
      return AV_PIX_FMT_NONE;
  }
}

std::optional<JpegParameters> readFrameHeader(ByteView header, uint8_t marker, bool isUsualColor,
                                              JpegParameters parameters) {
  constexpr size_t kSizeEnd = 5;
  if (header.size < kSizeEnd) return {};
  parameters.height = header.data[1] << 8 | header.data[2];
  parameters.width = header.data[3] << 8 | header.data[4];
  if (parameters.width == 0 || parameters.height == 0) return {};
  // libav numbers JPEG's profiles by their markers.
  parameters.profile = marker;
  if (isUsualColor) parameters.pixelFormat = pixelFormatOf(header);
  return parameters;
}

}  // namespace

std::optional<JpegParameters> readJpegParameters(ByteView picture) {
  const uint8_t* data = picture.data;
  if (picture.size < 4 || data[0] != 0xFF || data[1] != kStartOfImage) return {};
  JpegParameters parameters;
  bool isUsualColor = true;
  size_t offset = 2;
  for (int i = 0; i < kMaxMarkers && offset + 4 <= picture.size; i++) {
    const uint8_t marker = data[offset + 1];
    const size_t length = static_cast<size_t>(data[offset + 2]) << 8 | data[offset + 3];
    if (data[offset] != 0xFF || length < 2 || offset + 2 + length > picture.size) return {};
    const ByteView body{data + offset + 4, length - 2};
    if (marker == kStartOfScan) return {};
    if (marker == kApp0 && marksField(body)) parameters.marksFields = true;
    if (marker == kApp14 || (marker == kComment && saysLimitedRange(body))) isUsualColor = false;
    if (isFrameHeader(marker)) return readFrameHeader(body, marker, isUsualColor, parameters);
    offset += 2 + length;
  }
  return {};
}

}  // namespace vigie
