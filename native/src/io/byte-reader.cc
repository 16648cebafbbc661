#include "io/byte-reader.h"

namespace vigie {

bool ByteReader::take(uint8_t* bytes, int byteCount) {
  const auto wanted = static_cast<size_t>(byteCount);
  complete_ = complete_ && file_.read(position_, bytes, wanted) == wanted;
  if (complete_) position_ += byteCount;
  return complete_;
}

uint64_t ByteReader::number(int byteCount) {
  uint8_t bytes[8] = {};
  uint64_t value = 0;
  if (!take(bytes, byteCount)) return value;
  for (int i = 0; i < byteCount; i++) value = value << 8 | bytes[i];
  return value;
}

uint64_t ByteReader::littleEndian(int byteCount) {
  uint8_t bytes[8] = {};
  uint64_t value = 0;
  if (!take(bytes, byteCount)) return value;
  for (int i = byteCount - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

}  // namespace vigie
