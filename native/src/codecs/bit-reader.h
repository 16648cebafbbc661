#pragma once

#include <cstddef>
#include <cstdint>

#include "io/sparse-file.h"

namespace vigie {

// Reads bits from the highest of the first byte on. Returns zeros past the end; then `complete()` is false.
class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  uint32_t bits(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++) value = value << 1 | bit();
    return value;
  }
  bool flag() { return bit() != 0; }
  // Exp-Golomb codes; ITU-T H.264, 9.1.
  uint32_t ue() {
    int zeros = 0;
    while (complete() && zeros < 32 && !flag()) zeros++;
    return zeros == 32 ? 0 : (1u << zeros) - 1 + bits(zeros);
  }
  int32_t se() {
    const uint32_t code = ue();
    const auto magnitude = static_cast<int32_t>((code + 1) / 2);
    return code % 2 ? magnitude : -magnitude;
  }
  bool complete() const { return position_ <= bytes_.size * 8; }

 private:
  uint32_t bit() {
    const size_t at = position_++;
    return complete() ? bytes_.data[at / 8] >> (7 - at % 8) & 1 : 0;
  }

  ByteView bytes_;
  size_t position_ = 0;
};

}  // namespace vigie
