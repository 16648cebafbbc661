#include "io/sparse-file.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace vigie {

SparseFile::SparseFile(std::vector<ByteRange> ranges, std::optional<int64_t> sizeBytes)
    : ranges_(std::move(ranges)), size_(sizeBytes) {
  const auto isEmpty = [](const ByteRange& range) { return range.bytes.empty(); };
  ranges_.erase(std::remove_if(ranges_.begin(), ranges_.end(), isEmpty), ranges_.end());
  std::sort(ranges_.begin(), ranges_.end(), [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
}

SparseFile SparseFile::with(ByteRange range) const {
  std::vector<ByteRange> ranges = ranges_;
  ranges.push_back(std::move(range));
  return {std::move(ranges), size_};
}

SparseFile SparseFile::withBytes(const std::vector<int64_t>& offsets, const std::vector<uint8_t>& bytes) const {
  std::vector<ByteRange> ranges = ranges_;
  for (ByteRange& range : ranges) {
    for (const int64_t offset : offsets) {
      const int64_t begin = std::max(range.offset, offset);
      const int64_t end = std::min(range.end(), offset + static_cast<int64_t>(bytes.size()));
      if (begin >= end) continue;
      std::copy(bytes.begin() + (begin - offset), bytes.begin() + (end - offset),
                range.bytes.begin() + (begin - range.offset));
    }
  }
  return {std::move(ranges), size_};
}

SparseFile SparseFile::from(int64_t offset) const {
  std::vector<ByteRange> rest;
  for (const ByteRange& range : ranges_) {
    if (range.end() <= offset) continue;
    const int64_t skipped = std::max<int64_t>(0, offset - range.offset);
    rest.push_back({std::max(range.offset, offset) - offset, {range.bytes.begin() + skipped, range.bytes.end()}});
  }
  return {std::move(rest), size_ ? std::optional(std::max<int64_t>(0, *size_ - offset)) : std::nullopt};
}

ByteView SparseFile::viewFrom(int64_t offset) const {
  if (endsAt(offset)) return {};
  for (const ByteRange& range : ranges_) {
    if (range.offset > offset) break;
    if (offset >= range.end()) continue;
    const int64_t end = std::min(range.end(), sizeOrMax());
    return {range.bytes.data() + (offset - range.offset), static_cast<size_t>(end - offset)};
  }
  return {};
}

int64_t SparseFile::firstMissing(int64_t offset) const {
  for (ByteView view = viewFrom(offset); view.size > 0; view = viewFrom(offset)) {
    offset += static_cast<int64_t>(view.size);
  }
  return offset;
}

int64_t SparseFile::nextRangeStart(int64_t offset) const {
  for (const ByteRange& range : ranges_) {
    if (range.offset > offset) return range.offset;
  }
  return kMaxOffset;
}

size_t SparseFile::read(int64_t offset, uint8_t* destination, size_t length) const {
  size_t copied = 0;
  while (copied < length) {
    const ByteView view = viewFrom(offset + static_cast<int64_t>(copied));
    if (view.size == 0) break;
    const size_t count = std::min(view.size, length - copied);
    std::memcpy(destination + copied, view.data, count);
    copied += count;
  }
  return copied;
}

std::vector<uint8_t> SparseFile::readBetween(int64_t begin, int64_t end) const {
  const int64_t heldEnd = std::min(end, firstMissing(begin));
  std::vector<uint8_t> bytes(static_cast<size_t>(std::max<int64_t>(0, heldEnd - begin)));
  bytes.resize(read(begin, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace vigie
