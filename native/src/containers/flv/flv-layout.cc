#include "containers/flv/flv-layout.h"

#include <algorithm>
#include <vector>

#include "io/byte-reader.h"
#include "io/next-range.h"
#include "io/padding.h"

namespace vigie {
namespace {

// Adobe Flash Video File Format 10.1, annex E: each tag is followed by its own size.
constexpr int64_t kTagHeaderBytes = 11;
constexpr int64_t kPreviousTagSizeBytes = 4;
constexpr uint8_t kAudio = 8;
constexpr uint8_t kVideo = 9;
constexpr uint8_t kScript = 18;
// Tails to search for the last tag: a key frame may be as long.
constexpr int64_t kFlvTailBytes[] = {kFirstTailBytes, 128 * 1024, 512 * 1024};
// The limits of a probe allow 16.
constexpr size_t kMaxFlvRangesOfPadding = 12;
constexpr int kMaxFlvTags = 100'000;

struct Tag {
  uint8_t type;
  int64_t end;
  // When it is shown; nothing for what is neither picture nor sound.
  std::optional<double> seconds;
};

// Of the bytes behind a tag's header; E.4.2.1 and E.4.3.1. Configurations and the mark of the end are no media.
std::optional<int64_t> readMediaDelay(ByteReader& reader, uint8_t type) {
  constexpr uint8_t kAvc = 7;
  constexpr uint8_t kAac = 10;
  constexpr uint8_t kPicture = 1;
  const uint8_t flags = reader.u8();
  if (type == kAudio) return flags >> 4 == kAac && reader.u8() == 0 ? std::nullopt : std::optional<int64_t>(0);
  if (type != kVideo) return {};
  // Enhanced RTMP: the packet's type stands where the codec was.
  if (flags & 0x80) return (flags & 0x0F) == 1 || (flags & 0x0F) == 3 ? std::optional<int64_t>(0) : std::nullopt;
  if ((flags & 0x0F) != kAvc) return 0;
  if (reader.u8() != kPicture) return {};
  const auto delay = static_cast<int64_t>(reader.number(3));
  return delay < 0x800000 ? delay : delay - 0x1000000;
}

bool isTagType(uint8_t byte) { return byte == kAudio || byte == kVideo || byte == kScript; }

std::optional<Tag> readTag(const SparseFile& file, int64_t begin) {
  ByteReader reader(file, begin);
  const uint8_t type = reader.u8();
  const auto bodyBytes = static_cast<int64_t>(reader.number(3));
  const uint64_t lower = reader.number(3);
  const uint64_t milliseconds = uint64_t{reader.u8()} << 24 | lower;
  const uint64_t streamId = reader.number(3);
  if (!reader.complete() || !isTagType(type) || streamId != 0) return {};
  Tag tag{type, begin + kTagHeaderBytes + bodyBytes + kPreviousTagSizeBytes, {}};
  const auto delay = readMediaDelay(reader, type);
  if (delay && reader.complete()) {
    tag.seconds = static_cast<double>(static_cast<int64_t>(milliseconds) + *delay) / 1000;
  }
  return tag;
}

// A tag is one beyond doubt if its size stands behind it.
bool isFollowedBySize(const SparseFile& file, int64_t begin, const Tag& tag) {
  ByteReader size(file, tag.end - kPreviousTagSizeBytes);
  return size.u32() == tag.end - kPreviousTagSizeBytes - begin && size.complete();
}

// Calls `visit` with the tags from `begin` on, until it returns false.
template <typename Visit>
void visitTags(const SparseFile& file, int64_t begin, Visit visit) {
  for (int i = 0; i < kMaxFlvTags; i++) {
    const auto tag = readTag(file, begin);
    if (!tag || !visit(*tag)) return;
    begin = tag->end;
  }
}

int64_t firstTag(const SparseFile& file) {
  constexpr int64_t kHeaderSizeOffset = 5;
  return ByteReader(file, kHeaderSizeOffset).u32() + kPreviousTagSizeBytes;
}

// `begin` may lie within a tag.
std::optional<int64_t> findTag(const SparseFile& file, int64_t begin, int64_t end) {
  const std::vector<uint8_t> bytes = file.readBetween(begin, end);
  for (auto at = bytes.begin();; ++at) {
    at = std::find_if(at, bytes.end(), isTagType);
    if (at == bytes.end()) return {};
    const int64_t offset = begin + (at - bytes.begin());
    const auto tag = readTag(file, offset);
    if (tag && isFollowedBySize(file, offset, *tag)) return offset;
  }
}

std::optional<double> lastTime(const SparseFile& file, int64_t tailBegin, int64_t tailEnd) {
  std::optional<double> last;
  const auto first = findTag(file, tailBegin, tailEnd);
  if (!first) return last;
  visitTags(file, *first, [&](const Tag& tag) {
    if (tag.seconds) last = std::max(last.value_or(0), *tag.seconds);
    return true;
  });
  return last;
}

}  // namespace

std::optional<double> firstFlvTime(const SparseFile& file) {
  // Pictures stand in the order of decoding, sound beside them.
  constexpr int kTagsToSee = 16;
  std::optional<double> first;
  int seen = 0;
  visitTags(file, firstTag(file), [&](const Tag& tag) {
    if (tag.seconds) first = std::min(first.value_or(*tag.seconds), *tag.seconds);
    if (tag.seconds) seen++;
    return seen < kTagsToSee;
  });
  return first;
}

std::optional<double> guessFlvSeconds(const SparseFile& file) {
  if (!file.size()) return {};
  const int64_t begin = firstTag(file);
  int64_t tagBegin = begin;
  std::optional<double> first;
  double seconds = 0;
  int64_t bytes = 0;
  visitTags(file, begin, [&](const Tag& tag) {
    if (tag.seconds) {
      first = std::min(first.value_or(*tag.seconds), *tag.seconds);
      seconds = std::max(seconds, *tag.seconds - *first);
      bytes = tagBegin - begin;
    }
    tagBegin = tag.end;
    return true;
  });
  if (seconds <= 0 || bytes <= 0) return {};
  return seconds * static_cast<double>(*file.size() - begin) / static_cast<double>(bytes);
}

DurationResult flvDuration(const SparseFile& file) {
  if (!file.size()) return std::nullopt;
  const double first = firstFlvTime(file).value_or(0);
  const auto padding = findPadding(file, 0, kMaxFlvRangesOfPadding);
  if (const auto* need = std::get_if<Need>(&padding)) return *need;
  const int64_t tailEnd = std::get<int64_t>(padding);
  for (const int64_t tailBytes : kFlvTailBytes) {
    if (const auto tail = missingBefore(file, tailEnd, tailBytes)) return *tail;
    const auto last = lastTime(file, std::max<int64_t>(0, tailEnd - tailBytes), tailEnd);
    if (last && *last > first) return Duration{*last - first, DurationSource::estimate};
    if (tailBytes >= tailEnd) break;
  }
  return std::nullopt;
}

}  // namespace vigie
