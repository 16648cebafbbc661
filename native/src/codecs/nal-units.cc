#include "codecs/nal-units.h"

#include <algorithm>

#include "codecs/annex-b.h"

namespace vigie {
namespace {

// More parameter sets than any picture has before it.
constexpr size_t kMaxNalUnits = 1000;
constexpr int kUsualLengthBytes = 4;

std::vector<ByteView> splitAtStartCodes(ByteView sample) {
  std::vector<ByteView> units;
  visitStartCodes(sample, [&](ByteView unit) {
    units.push_back(unit);
    return units.size() < kMaxNalUnits;
  });
  return units;
}

std::vector<ByteView> splitByLengths(ByteView sample, int lengthBytes) {
  std::vector<ByteView> units;
  size_t at = 0;
  while (sample.size - at > static_cast<size_t>(lengthBytes) && units.size() < kMaxNalUnits) {
    size_t length = 0;
    for (int i = 0; i < lengthBytes; i++) length = length << 8 | sample.data[at++];
    length = std::min(length, sample.size - at);
    units.push_back({sample.data + at, length});
    at += length;
  }
  return units;
}

// Whether the lengths lead to the sample's end exactly.
bool isDividedByLengths(ByteView sample, int lengthBytes) {
  size_t at = 0;
  while (sample.size - at > static_cast<size_t>(lengthBytes)) {
    size_t length = 0;
    for (int i = 0; i < lengthBytes; i++) length = length << 8 | sample.data[at++];
    if (length == 0 || length > sample.size - at) return false;
    at += length;
  }
  return at == sample.size;
}

// Of three bytes or, with a zero before, of four; three may also be the length of a unit of 256 bytes or more.
bool beginsWithStartCode(ByteView sample, int lengthBytes) {
  size_t zeros = 0;
  while (zeros < sample.size && sample.data[zeros] == 0) zeros++;
  if (zeros < 2 || zeros == sample.size || sample.data[zeros] != 1) return false;
  return zeros > 2 || !isDividedByLengths(sample, lengthBytes);
}

int readLengthBytes(ByteView configuration, size_t offset) {
  if (configuration.size <= offset || configuration.data[0] != 1) return kUsualLengthBytes;
  return (configuration.data[offset] & 3) + 1;
}

}  // namespace

std::vector<ByteView> splitNalUnits(ByteView sample, int lengthBytes) {
  return beginsWithStartCode(sample, lengthBytes) ? splitAtStartCodes(sample) : splitByLengths(sample, lengthBytes);
}

int nalLengthBytesOfAvc(ByteView configuration) { return readLengthBytes(configuration, 4); }
int nalLengthBytesOfHevc(ByteView configuration) { return readLengthBytes(configuration, 21); }

}  // namespace vigie
