#include "matroska-layout.h"

#include <algorithm>
#include <optional>

#include "byte-reader.h"

namespace vigie {
namespace {

// RFC 8794 (EBML) and RFC 9559 (Matroska).
constexpr uint64_t kEbmlHeaderId = 0x1A45DFA3;
constexpr uint64_t kDocTypeId = 0x4282;
constexpr uint64_t kSegmentId = 0x18538067;
constexpr int kMaxHeaderElements = 32;
constexpr int64_t kMaxDocTypeBytes = 16;

struct Element {
  uint64_t id;
  int64_t body;
  // Nothing when the size is "unknown", as live streams have it.
  std::optional<int64_t> end;
};

struct VarInt {
  uint64_t withMarker;
  uint64_t value;
  uint64_t allOnes;
};

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

std::string readDocType(const SparseFile& file, const Element& header) {
  int64_t offset = header.body;
  for (int i = 0; i < kMaxHeaderElements && offset < *header.end; i++) {
    const auto element = readElement(file, offset);
    if (!element || !element->end) return {};
    if (element->id == kDocTypeId) {
      std::string text(static_cast<size_t>(std::min(*element->end - element->body, kMaxDocTypeBytes)), '\0');
      file.read(element->body, reinterpret_cast<uint8_t*>(text.data()), text.size());
      return text.substr(0, text.find('\0'));
    }
    offset = *element->end;
  }
  return {};
}

}  // namespace

MatroskaLayout readMatroskaLayout(const SparseFile& file) {
  const auto header = readElement(file, 0);
  if (!header || header->id != kEbmlHeaderId || !header->end) return {};
  MatroskaLayout layout;
  layout.docType = readDocType(file, *header);
  const auto segment = readElement(file, *header->end);
  layout.truncated = segment && segment->id == kSegmentId && segment->end && file.endsAt(*segment->end - 1);
  return layout;
}

}  // namespace vigie
