#pragma once

#include <cstdint>
#include <optional>

#include "io/sparse-file.h"

namespace vigie {

// Numbers from a sparse file. The first byte that is not in memory makes the reader incomplete: from
// then on it yields zeros, so that a parser reads on without a check at each number and asks `complete()` at the end.
class ByteReader {
 public:
  ByteReader(const SparseFile& file, int64_t position) : file_(file), position_(position) {}

  uint64_t number(int byteCount);
  // The same of a number whose lowest byte comes first.
  uint64_t littleEndian(int byteCount);
  uint8_t u8() { return static_cast<uint8_t>(number(1)); }
  uint16_t u16() { return static_cast<uint16_t>(number(2)); }
  uint32_t u32() { return static_cast<uint32_t>(number(4)); }
  uint64_t u64() { return number(8); }
  void skip(int64_t byteCount) { position_ += byteCount; }

  int64_t position() const { return position_; }
  bool complete() const { return complete_; }

 private:
  bool take(uint8_t* bytes, int byteCount);

  const SparseFile& file_;
  int64_t position_;
  bool complete_ = true;
};

constexpr uint32_t fourCc(const char (&code)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(code[0])) << 24 |
         static_cast<uint32_t>(static_cast<uint8_t>(code[1])) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(code[2])) << 8 |
         static_cast<uint32_t>(static_cast<uint8_t>(code[3]));
}

}  // namespace vigie
