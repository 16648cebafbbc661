#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "io/sparse-file.h"

namespace vigie {

// A remote file made from a fuzzer's input: a head, a hole of zeros, a tail. The input ends with a trailer that says
// where it is cut and how wide the hole is; what comes before it is the file's own bytes, so that a seed reads as the
// video that it was cut from.
//
//   head | tail | u32 headBytes | u32 holeBytes | u16 firstRangeBytes | u8 flags        (little-endian)
//
// flags: 1 the server does not say the size; 2 it says too large a one (a file cut short); 4 the limits are tight.
class FuzzedServer {
 public:
  static constexpr size_t kTrailerBytes = 11;

  FuzzedServer(const uint8_t* data, size_t size) {
    uint8_t trailer[kTrailerBytes] = {};
    const size_t given = std::min(size, kTrailerBytes);
    std::memcpy(trailer, data + size - given, given);
    bytes_ = data;
    const auto length = static_cast<int64_t>(size - given);
    head_ = std::min<int64_t>(length, numberAt(trailer, 4));
    tail_ = length - head_;
    hole_ = tail_ > 0 ? numberAt(trailer + 4, 4) : 0;
    firstRange_ = std::max<int64_t>(1, numberAt(trailer + 8, 2));
    flags_ = trailer[10];
  }

  int64_t firstRangeBytes() const { return firstRange_; }
  bool hasTightLimits() const { return flags_ & 4; }
  std::optional<int64_t> statedSize() const {
    if (flags_ & 1) return {};
    return flags_ & 2 ? trueSize() * 2 + 1 : trueSize();
  }
  int64_t trueSize() const { return head_ + hole_ + tail_; }

  // As a server answers: short at the end of the file, empty past it.
  ByteRange fetch(int64_t offset, int64_t lengthBytes) const {
    const int64_t end = std::min(trueSize(), offset + lengthBytes);
    ByteRange range{offset, std::vector<uint8_t>(static_cast<size_t>(std::max<int64_t>(0, end - offset)), 0)};
    copyInto(range, 0, bytes_, head_);
    copyInto(range, head_ + hole_, bytes_ + head_, tail_);
    return range;
  }

 private:
  static int64_t numberAt(const uint8_t* at, int byteCount) {
    int64_t value = 0;
    for (int i = byteCount; i-- > 0;) value = value << 8 | at[i];
    return value;
  }

  static void copyInto(ByteRange& range, int64_t offset, const uint8_t* source, int64_t length) {
    const int64_t begin = std::max(range.offset, offset);
    const int64_t end = std::min(range.end(), offset + length);
    if (begin >= end) return;
    std::memcpy(range.bytes.data() + (begin - range.offset), source + (begin - offset),
                static_cast<size_t>(end - begin));
  }

  const uint8_t* bytes_;
  int64_t head_;
  int64_t hole_;
  int64_t tail_;
  int64_t firstRange_;
  uint8_t flags_;
};

}  // namespace vigie
