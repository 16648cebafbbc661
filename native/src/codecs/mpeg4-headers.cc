#include "codecs/mpeg4-headers.h"

#include <algorithm>

#include "codecs/annex-b.h"
#include "codecs/bit-reader.h"

namespace vigie {
namespace {

constexpr uint8_t kFirstLayer = 0x20;
constexpr uint8_t kLastLayer = 0x2F;
constexpr uint8_t kVop = 0xB6;
constexpr uint32_t kBidirectional = 2;
constexpr int kMaxSeconds = 3600;

bool isLayer(uint8_t code) { return code >= kFirstLayer && code <= kLastLayer; }

// As many as the largest increment needs, at least one.
int bitsOfIncrement(int resolution) {
  int bits = 1;
  while (bits < 16 && (1 << bits) < resolution) bits++;
  return bits;
}

// The header of a video object layer. 0 where something can't be read.
struct Layer {
  int resolution = 0;
  int width = 0;
  int height = 0;
};

// ISO/IEC 14496-2, 6.2.3, as far as video_object_layer_height.
Layer readLayer(ByteView unit) {
  constexpr uint32_t kExtendedAspect = 15;
  constexpr int kBufferBits = 79;
  BitReader reader({unit.data + 1, unit.size - 1});
  reader.bits(1 + 8);  // random_accessible_vol, video_object_type_indication
  if (reader.flag()) reader.bits(4 + 3);
  if (reader.bits(4) == kExtendedAspect) reader.bits(8 + 8);
  if (reader.flag()) {
    reader.bits(2 + 1);
    if (reader.flag()) {
      for (int i = 0; i < kBufferBits; i++) reader.flag();
    }
  }
  const bool isRectangular = reader.bits(2) == 0;
  bool hasMarkers = reader.flag();
  Layer layer;
  layer.resolution = static_cast<int>(reader.bits(16));
  if (!reader.complete() || !isRectangular || !hasMarkers) return {};
  reader.flag();                                                      // marker
  if (reader.flag()) reader.bits(bitsOfIncrement(layer.resolution));  // fixed_vop_time_increment
  hasMarkers = reader.flag();
  const auto width = static_cast<int>(reader.bits(13));
  hasMarkers = reader.flag() && hasMarkers;
  const auto height = static_cast<int>(reader.bits(13));
  if (!reader.complete() || !hasMarkers) return layer;
  layer.width = width;
  layer.height = height;
  return layer;
}

}  // namespace

// A picture states the seconds since the last one that others are predicted from began a second, and the rest.
Mpeg4Times readMpeg4Times(ByteView stream) {
  Mpeg4Times result;
  int resolution = 0;
  int64_t second = 0;
  int64_t secondBefore = 0;
  visitStartCodes(stream, [&](ByteView unit) {
    if (unit.size < 2) return true;
    if (isLayer(unit.data[0])) {
      const int stated = readLayer(unit).resolution;
      if (stated > 0) resolution = stated;
    }
    if (unit.data[0] != kVop || resolution == 0) return true;
    BitReader reader({unit.data + 1, unit.size - 1});
    const bool isBidirectional = reader.bits(2) == kBidirectional;
    int64_t seconds = 0;
    while (reader.complete() && seconds < kMaxSeconds && reader.flag()) seconds++;
    reader.flag();  // marker
    const int64_t increment = reader.bits(bitsOfIncrement(resolution));
    if (!reader.complete()) return true;
    const int64_t base = isBidirectional ? secondBefore : second;
    result.times.push_back((base + seconds) * resolution + increment);
    if (!isBidirectional) {
      secondBefore = second;
      second += seconds;
    }
    return true;
  });
  result.unit = {1, std::max(resolution, 1)};
  return result;
}

std::optional<PictureSize> readMpeg4Size(ByteView stream) {
  std::optional<PictureSize> size;
  visitStartCodes(stream, [&](ByteView unit) {
    if (unit.size < 2 || !isLayer(unit.data[0])) return true;
    const Layer layer = readLayer(unit);
    if (layer.width > 0 && layer.height > 0) size = PictureSize{layer.width, layer.height};
    return false;
  });
  return size;
}

}  // namespace vigie
