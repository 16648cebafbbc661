#include "codecs/elementary-stream.h"

#include <algorithm>

#include "codecs/annex-b.h"

namespace vigie {
namespace {

// Fewer start codes than these may be an accident.
constexpr int kMinUnits = 4;
constexpr int kMaxUnits = 256;

// Of units in a row, how many look as in one kind of stream, and how many of them as nowhere else.
struct Evidence {
  const char* name;
  int possible = 0;
  int typical = 0;
};

// ITU-T H.264, table 7-1: slices and what stands between them; a slice that others are predicted from.
void weighH264(uint8_t code, Evidence& evidence) {
  const int type = code & 0x1F;
  const bool isReference = (code & 0x60) != 0;
  if ((code & 0x80) == 0 && type >= 1 && type <= 12) evidence.possible++;
  if ((code & 0x80) == 0 && isReference && (type == 1 || type == 5)) evidence.typical++;
}

// ITU-T H.265, 7.3.1.2: of the base layer and the lowest temporal ones.
void weighHevc(ByteView unit, Evidence& evidence) {
  constexpr int kLastType = 40;
  const bool isUsual = unit.size > 2 && (unit.data[0] & 0x81) == 0 && unit.data[1] >= 1 && unit.data[1] <= 7;
  if (!isUsual || unit.data[0] >> 1 > kLastType) return;
  evidence.possible++;
  if (unit.data[1] == 1) evidence.typical++;
}

// ISO/IEC 13818-2, table 6-1: the slices of a picture are numbered by their rows.
void weighMpegVideo(uint8_t code, uint8_t before, Evidence& evidence) {
  constexpr uint8_t kLastSlice = 0xAF;
  constexpr uint8_t kOthers[] = {0xB2, 0xB3, 0xB4, 0xB5, 0xB7, 0xB8};
  const bool isOther = std::find(std::begin(kOthers), std::end(kOthers), code) != std::end(kOthers);
  if (code <= kLastSlice || isOther) evidence.possible++;
  if (code > 1 && code <= kLastSlice && code == before + 1) evidence.typical++;
}

// ISO/IEC 14496-2, table 6-3.
void weighMpeg4(uint8_t code, Evidence& evidence) {
  constexpr uint8_t kVop = 0xB6;
  constexpr uint8_t kLastLayer = 0x2F;
  if (code <= kLastLayer || (code >= 0xB0 && code <= kVop)) evidence.possible++;
  if (code == kVop) evidence.typical++;
}

}  // namespace

const char* findElementaryStream(ByteView bytes) {
  Evidence kinds[] = {{"mpegvideo"}, {"m4v"}, {"h264"}, {"hevc"}};
  int units = 0;
  uint8_t before = 0;
  visitStartCodes(bytes, [&](ByteView unit) {
    if (unit.size == 0) return true;
    const uint8_t code = unit.data[0];
    weighMpegVideo(code, before, kinds[0]);
    weighMpeg4(code, kinds[1]);
    weighH264(code, kinds[2]);
    weighHevc(unit, kinds[3]);
    before = code;
    return ++units < kMaxUnits;
  });
  if (units < kMinUnits) return nullptr;
  const auto typicalOfAll = [units](const Evidence& kind) { return kind.possible == units ? kind.typical : 0; };
  const auto* best = std::max_element(std::begin(kinds), std::end(kinds), [&](const Evidence& a, const Evidence& b) {
    return typicalOfAll(a) < typicalOfAll(b);
  });
  return typicalOfAll(*best) * 2 >= units ? best->name : nullptr;
}

}  // namespace vigie
