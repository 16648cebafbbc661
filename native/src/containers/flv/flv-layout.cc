#include "containers/flv/flv-layout.h"

#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// Adobe Flash Video File Format 10.1, annex E: each tag is followed by its own size.
constexpr int64_t kTagHeaderBytes = 11;
constexpr int64_t kSizeBytes = 4;

}  // namespace

DurationResult flvDuration(const SparseFile& file) {
  const int64_t tailBytes = 32 * 1024;
  if (!file.size()) return std::nullopt;
  if (const auto tail = missingTail(file, tailBytes)) return *tail;
  const int64_t sizeBegin = *file.size() - kSizeBytes;
  ByteReader size(file, sizeBegin);
  const int64_t tagBytes = size.u32();
  const int64_t tagBegin = sizeBegin - tagBytes;
  if (!size.complete() || tagBytes < kTagHeaderBytes || tagBegin < 0) return std::nullopt;
  const int64_t tagHeaderEnd = tagBegin + kTagHeaderBytes;
  const int64_t missing = file.firstMissing(tagBegin);
  if (missing < tagHeaderEnd) return nextRange(file, missing, tagHeaderEnd);
  ByteReader tag(file, tagBegin + 1);
  const uint64_t bodyBytes = tag.number(3);
  const uint64_t lower = tag.number(3);
  const uint64_t milliseconds = uint64_t{tag.u8()} << 24 | lower;
  if (static_cast<int64_t>(bodyBytes) + kTagHeaderBytes != tagBytes || milliseconds == 0) return std::nullopt;
  return Duration{static_cast<double>(milliseconds) / 1000, DurationSource::estimate};
}

}  // namespace vigie
