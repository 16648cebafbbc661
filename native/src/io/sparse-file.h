#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace vigie {

// Offsets cross to JavaScript as numbers, which count exactly up to 2^53 - 1. No file is that long, but a damaged one
// may claim so; with every offset below this, sums of an offset and a length do not overflow either.
constexpr int64_t kMaxOffset = (int64_t{1} << 53) - 1;

struct ByteView {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

// `offset` counts bytes from the file's start.
struct ByteRange {
  int64_t offset = 0;
  std::vector<uint8_t> bytes;

  int64_t end() const { return offset + static_cast<int64_t>(bytes.size()); }
};

// A remote file of which only some ranges are in memory. Ranges may touch and overlap.
class SparseFile {
 public:
  SparseFile(std::vector<ByteRange> ranges, std::optional<int64_t> sizeBytes);

  // A copy that holds one more range.
  SparseFile with(ByteRange range) const;

  // A copy with `bytes` from each of `offsets` on, as far as something is in memory there.
  SparseFile withBytes(const std::vector<int64_t>& offsets, const std::vector<uint8_t>& bytes) const;

  // The file without its first `offset` bytes.
  SparseFile from(int64_t offset) const;

  // Nothing when the server does not say.
  std::optional<int64_t> size() const { return size_; }
  // The size, or "no limit" when it is not known.
  int64_t sizeOrMax() const { return size_.value_or(kMaxOffset); }
  size_t rangeCount() const { return ranges_.size(); }
  bool endsAt(int64_t offset) const { return size_ && offset >= *size_; }

  // The bytes in memory from `offset` on, without a gap, within one range; empty when that byte is missing.
  ByteView viewFrom(int64_t offset) const;
  // First offset at or after `offset` that is not in memory.
  int64_t firstMissing(int64_t offset) const;
  // Start of the first range after `offset`, or "no limit".
  int64_t nextRangeStart(int64_t offset) const;
  bool holds(int64_t begin, int64_t end) const { return firstMissing(begin) >= end; }
  // Copies up to `length` bytes across touching ranges; the number copied.
  size_t read(int64_t offset, uint8_t* destination, size_t length) const;
  // The bytes from `begin` on, up to `end` or to the first that is not in memory.
  std::vector<uint8_t> readBetween(int64_t begin, int64_t end) const;

 private:
  std::vector<ByteRange> ranges_;  // sorted by offset, none empty
  std::optional<int64_t> size_;
};

}  // namespace vigie
