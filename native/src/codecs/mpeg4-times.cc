#include "codecs/mpeg4-times.h"

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

// ISO/IEC 14496-2, 6.2.3, as far as vop_time_increment_resolution. 0 if it can't be read.
int readResolution(ByteView layer) {
  constexpr uint32_t kExtendedAspect = 15;
  constexpr int kBufferBits = 79;
  BitReader reader({layer.data + 1, layer.size - 1});
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
  const bool hasMarker = reader.flag();
  const auto resolution = static_cast<int>(reader.bits(16));
  return reader.complete() && isRectangular && hasMarker ? resolution : 0;
}

// As many as the largest increment needs, at least one.
int bitsOfIncrement(int resolution) {
  int bits = 1;
  while (bits < 16 && (1 << bits) < resolution) bits++;
  return bits;
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
    if (unit.data[0] >= kFirstLayer && unit.data[0] <= kLastLayer) {
      const int stated = readResolution(unit);
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

}  // namespace vigie
