#include "containers/id3-tag.h"

#include "io/byte-reader.h"

namespace vigie {

// ID3v2.4.0, 3.1.
int64_t readId3TagBytes(const SparseFile& file) {
  constexpr uint64_t kMark = 'I' << 16 | 'D' << 8 | '3';
  constexpr int64_t kHeaderBytes = 10;
  constexpr uint8_t kHasFooter = 0x10;
  ByteReader reader(file, 0);
  const bool isTag = reader.number(3) == kMark;
  const uint16_t version = reader.u16();
  const uint8_t flags = reader.u8();
  // Seven bits in each byte.
  int64_t bytes = 0;
  bool isSane = isTag && version < 0xFF00 && (version & 0xFF) != 0xFF;
  for (int i = 0; i < 4; i++) {
    const uint8_t byte = reader.u8();
    isSane = isSane && byte < 0x80;
    bytes = bytes << 7 | byte;
  }
  if (!reader.complete() || !isSane) return 0;
  const int64_t end = kHeaderBytes + bytes + (flags & kHasFooter ? kHeaderBytes : 0);
  return file.endsAt(end) ? 0 : end;
}

}  // namespace vigie
