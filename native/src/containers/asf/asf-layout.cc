#include "containers/asf/asf-layout.h"

#include <algorithm>
#include <iterator>

#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr int64_t kGuidBytes = 16;
constexpr int64_t kObjectHeaderBytes = kGuidBytes + 8;
constexpr int kMaxObjects = 64;
constexpr uint8_t kFilePropertiesGuid[kGuidBytes] = {0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11,
                                                     0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65};

bool isFileProperties(const SparseFile& file, int64_t offset) {
  uint8_t guid[kGuidBytes] = {};
  const size_t count = file.read(offset, guid, sizeof guid);
  return count == sizeof guid && std::equal(std::begin(guid), std::end(guid), std::begin(kFilePropertiesGuid));
}

std::optional<AsfProperties> readFileProperties(const SparseFile& file, int64_t body) {
  constexpr uint64_t kBroadcast = 1;
  constexpr double kUnitsPerSecond = 1e7;
  constexpr double kMillisecondsPerSecond = 1e3;
  ByteReader reader(file, body + kGuidBytes);
  const uint64_t fileBytes = reader.littleEndian(8);
  reader.skip(8 + 8);  // creation date, data packets
  const uint64_t playUnits = reader.littleEndian(8);
  reader.skip(8);  // send duration
  const uint64_t prerollMilliseconds = reader.littleEndian(8);
  const uint64_t flags = reader.littleEndian(4);
  if (!reader.complete() || (flags & kBroadcast) || fileBytes > static_cast<uint64_t>(kMaxOffset)) return {};
  // The time for which a player buffers before it begins counts to the duration.
  const double seconds = static_cast<double>(playUnits) / kUnitsPerSecond -
                         static_cast<double>(prerollMilliseconds) / kMillisecondsPerSecond;
  return AsfProperties{static_cast<int64_t>(fileBytes), seconds};
}

}  // namespace

std::optional<AsfProperties> readAsfProperties(const SparseFile& file) {
  int64_t offset = kObjectHeaderBytes + 4 + 2;  // the Header Object's count of objects and reserved bytes
  for (int i = 0; i < kMaxObjects; i++) {
    if (isFileProperties(file, offset)) return readFileProperties(file, offset + kObjectHeaderBytes);
    ByteReader size(file, offset + kGuidBytes);
    const uint64_t objectBytes = size.littleEndian(8);
    if (!size.complete() || objectBytes < static_cast<uint64_t>(kObjectHeaderBytes)) return {};
    if (objectBytes > static_cast<uint64_t>(kMaxOffset - offset)) return {};
    offset += static_cast<int64_t>(objectBytes);
  }
  return {};
}

}  // namespace vigie
