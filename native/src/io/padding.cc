#include "io/padding.h"

#include <algorithm>

#include "io/next-range.h"

namespace vigie {
namespace {

constexpr int64_t kMinPaddingBytes = 32 * 1024;
// So many equal bytes are no media.
constexpr int64_t kSampleBytes = 1024;
constexpr uint8_t kErased = 0xFF;

bool isFilledWith(const SparseFile& file, uint8_t filler, int64_t begin, int64_t end) {
  const auto isOther = [filler](uint8_t byte) { return byte != filler; };
  for (int64_t offset = begin; offset < end;) {
    const ByteView view = file.viewFrom(offset);
    const size_t count = std::min(view.size, static_cast<size_t>(end - offset));
    if (count == 0 || std::any_of(view.data, view.data + count, isOther)) return false;
    offset += static_cast<int64_t>(count);
  }
  return true;
}

}  // namespace

// From the same places at each call, whatever is known by then.
std::variant<int64_t, Need> findPadding(const SparseFile& file, int64_t knownEnd, size_t maxRanges) {
  const int64_t fileEnd = *file.size();
  int64_t content = 0;
  int64_t padding = fileEnd - kMinPaddingBytes;
  const ByteView last = file.viewFrom(fileEnd - 1);
  if (last.size == 0 || padding <= knownEnd) return fileEnd;
  const uint8_t filler = *last.data;
  if ((filler != 0 && filler != kErased) || !isFilledWith(file, filler, padding, fileEnd)) return fileEnd;
  while (padding - content > kMinPaddingBytes) {
    const int64_t middle = content + (padding - content) / 2;
    const int64_t middleEnd = middle + kSampleBytes;
    if (middle < knownEnd) {
      content = middleEnd;
      continue;
    }
    const int64_t missing = file.firstMissing(middle);
    if (missing < middleEnd && file.rangeCount() >= maxRanges) break;
    if (missing < middleEnd) return nextRange(file, missing, middleEnd);
    if (isFilledWith(file, filler, middle, middleEnd)) {
      padding = middle;
    } else {
      content = middleEnd;
    }
  }
  return padding;
}

}  // namespace vigie
