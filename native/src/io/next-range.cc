#include "io/next-range.h"

#include <algorithm>

namespace vigie {
namespace {

constexpr int64_t kFirstBytes = 32 * 1024;
constexpr int64_t kMaxElementBytes = 4 * 1024 * 1024;
constexpr int kMaxDoublings = 5;
// A known element is asked for to its end and a little over: the header of what follows shows whether it is complete.
constexpr int64_t kSlackBytes = 32;
// Closer to the end than this, a demuxer is reading backwards from it.
constexpr int64_t kBackwardBytes = 512;

int64_t grownLength(const SparseFile& file) {
  const auto doublings = std::clamp<int64_t>(static_cast<int64_t>(file.rangeCount()) - 1, 0, kMaxDoublings);
  return kFirstBytes << doublings;
}

}  // namespace

Need nextRange(const SparseFile& file, int64_t offset, std::optional<int64_t> wantedEnd) {
  const int64_t fileEnd = file.sizeOrMax();
  if (fileEnd - offset < kBackwardBytes) {
    if (const auto tail = missingTail(file, kFirstBytes)) return *tail;
  }
  const int64_t length = wantedEnd ? std::min(*wantedEnd + kSlackBytes - offset, kMaxElementBytes) : grownLength(file);
  const int64_t end = std::min({offset + length, fileEnd, file.nextRangeStart(offset)});
  return {offset, end - offset};
}

std::optional<Need> missingBefore(const SparseFile& file, int64_t end, int64_t lengthBytes) {
  const int64_t offset = file.firstMissing(std::max<int64_t>(0, end - lengthBytes));
  if (offset >= end) return {};
  return Need{offset, std::min(end, file.nextRangeStart(offset)) - offset};
}

std::optional<Need> missingTail(const SparseFile& file, int64_t lengthBytes) {
  return file.size() ? missingBefore(file, *file.size(), lengthBytes) : std::nullopt;
}

}  // namespace vigie
