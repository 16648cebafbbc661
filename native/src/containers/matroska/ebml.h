#pragma once

#include <cstdint>
#include <optional>

#include "io/byte-reader.h"
#include "io/sparse-file.h"

namespace vigie {

// RFC 9559.
constexpr uint64_t kClusterId = 0x1F43B675;
constexpr uint64_t kTimestampId = 0xE7;

// RFC 8794. No element that is visited has more children of interest.
constexpr int kMaxElements = 64;

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

std::optional<VarInt> readVarInt(ByteReader& reader);

std::optional<Element> readElement(const SparseFile& file, int64_t offset);

// Of an element whose size is known.
uint64_t readNumber(const SparseFile& file, const Element& element);

// Calls `visit` with the children in memory, until it returns false.
template <typename Visit>
void visitChildren(const SparseFile& file, int64_t begin, int64_t end, Visit visit) {
  int64_t offset = begin;
  for (int i = 0; i < kMaxElements && offset < end; i++) {
    const auto element = readElement(file, offset);
    if (!element || !visit(*element, offset) || !element->end || *element->end <= offset) return;
    offset = *element->end;
  }
}

}  // namespace vigie
