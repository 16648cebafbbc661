#include "codecs/mpeg-video-header.h"

#include <climits>
#include <iterator>

#include "codecs/annex-b.h"
#include "codecs/bit-reader.h"

namespace vigie {
namespace {

constexpr uint8_t kSequenceHeader = 0xB3;
constexpr uint8_t kExtension = 0xB5;
constexpr uint32_t kSequenceExtension = 1;

// ISO/IEC 13818-2, 6.2.2.1 and table 6-4.
std::optional<MpegVideoHeader> readSequenceHeader(ByteView unit) {
  constexpr AVRational kRates[] = {{0, 1},  {24000, 1001}, {24, 1},       {25, 1}, {30000, 1001},
                                   {30, 1}, {50, 1},       {60000, 1001}, {60, 1}};
  BitReader reader({unit.data + 1, unit.size - 1});
  MpegVideoHeader header;
  header.width = static_cast<int>(reader.bits(12));
  header.height = static_cast<int>(reader.bits(12));
  reader.bits(4);  // aspect_ratio_information
  const uint32_t rate = reader.bits(4);
  reader.bits(18);  // bit_rate_value
  const bool hasMarker = reader.flag();
  if (!reader.complete() || !hasMarker || header.width == 0 || header.height == 0) return {};
  if (rate < std::size(kRates)) header.frameRate = kRates[rate];
  return header;
}

// ISO/IEC 13818-2, 6.2.2.3.
void addSequenceExtension(ByteView unit, MpegVideoHeader& header) {
  BitReader reader({unit.data + 1, unit.size - 1});
  if (reader.bits(4) != kSequenceExtension) return;
  reader.bits(8 + 1 + 2);  // profile and level, progressive_sequence, chroma_format
  const auto widthHigh = static_cast<int>(reader.bits(2));
  const auto heightHigh = static_cast<int>(reader.bits(2));
  reader.bits(12 + 1 + 8 + 1);  // bit rate, marker, buffer size, low_delay
  const auto numerator = static_cast<int>(reader.bits(2)) + 1;
  const auto denominator = static_cast<int>(reader.bits(5)) + 1;
  if (!reader.complete()) return;
  header.codec = AV_CODEC_ID_MPEG2VIDEO;
  header.width |= widthHigh << 12;
  header.height |= heightHigh << 12;
  const AVRational rate = header.frameRate;
  av_reduce(&header.frameRate.num, &header.frameRate.den, int64_t{rate.num} * numerator,
            int64_t{rate.den} * denominator, INT_MAX);
}

}  // namespace

std::optional<MpegVideoHeader> findMpegVideoHeader(ByteView stream) {
  std::optional<MpegVideoHeader> header;
  bool isFollowed = false;
  visitStartCodes(stream, [&](ByteView unit) {
    if (unit.size < 2) return true;
    if (!header) {
      if (unit.data[0] == kSequenceHeader) header = readSequenceHeader(unit);
      return true;
    }
    if (unit.data[0] == kExtension) addSequenceExtension(unit, *header);
    isFollowed = true;
    return false;
  });
  return isFollowed ? header : std::nullopt;
}

}  // namespace vigie
