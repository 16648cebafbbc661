#include "containers/matroska/ebml.h"

#include <algorithm>

namespace vigie {

std::optional<VarInt> readVarInt(ByteReader& reader) {
  const uint8_t first = reader.u8();
  int extraBytes = 0;
  while (extraBytes < 8 && !(first & (0x80 >> extraBytes))) extraBytes++;
  if (!reader.complete() || extraBytes == 8) return {};
  uint64_t bits = first;
  for (int i = 0; i < extraBytes; i++) bits = bits << 8 | reader.u8();
  if (!reader.complete()) return {};
  const uint64_t marker = uint64_t{1} << (7 * (extraBytes + 1));
  return VarInt{bits, bits & (marker - 1), marker - 1};
}

std::optional<Element> readElement(const SparseFile& file, int64_t offset) {
  ByteReader reader(file, offset);
  const auto id = readVarInt(reader);
  if (!id) return {};
  const auto size = readVarInt(reader);
  if (!size) return {};
  Element element{id->withMarker, reader.position(), {}};
  if (size->value != size->allOnes) element.end = element.body + static_cast<int64_t>(size->value);
  return element;
}

uint64_t readNumber(const SparseFile& file, const Element& element) {
  ByteReader reader(file, element.body);
  return reader.number(static_cast<int>(std::clamp<int64_t>(*element.end - element.body, 0, 8)));
}

}  // namespace vigie
