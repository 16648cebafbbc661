#include "io/byte-reader.h"

namespace vigie {

uint64_t ByteReader::number(int byteCount) {
  uint8_t bytes[8] = {};
  const auto wanted = static_cast<size_t>(byteCount);
  if (!complete_ || file_.read(position_, bytes, wanted) < wanted) {
    complete_ = false;
    return 0;
  }
  position_ += byteCount;
  uint64_t value = 0;
  for (int i = 0; i < byteCount; i++) value = value << 8 | bytes[i];
  return value;
}

}  // namespace vigie
