#include "containers/mp4/mp4-layout.h"

#include <algorithm>

#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr int kMaxTopLevelBoxes = 1000;
constexpr uint64_t kSizeToLimit = 0;
constexpr uint64_t kSize64Follows = 1;

// Of each type the first counts.
void noteBox(const Mp4Box& box, Mp4Layout& layout) {
  const auto note = [&box](std::optional<Mp4Box>& first) {
    if (!first) first = box;
  };
  switch (box.type) {
    case fourCc("ftyp"):
      note(layout.fileType);
      break;
    case fourCc("mdat"):
      if (!layout.moov) layout.mediaBoxes++;
      break;
    case fourCc("sidx"):
      note(layout.firstSidx);
      break;
    case fourCc("moov"):
      note(layout.moov);
      layout.moovAtEnd = layout.mediaBoxes > 0;
      break;
    default:
      break;
  }
}

}  // namespace

std::optional<Mp4Box> readMp4Box(const SparseFile& file, int64_t offset, int64_t limit) {
  if (offset >= limit) return {};
  ByteReader reader(file, offset);
  uint64_t size = reader.u32();
  Mp4Box box;
  box.type = reader.u32();
  if (size == kSize64Follows) size = reader.u64();
  if (!reader.complete()) return {};
  box.begin = offset;
  box.body = reader.position();
  if (size == kSizeToLimit) {
    box.end = limit;
    return box;
  }
  const auto headerBytes = static_cast<uint64_t>(box.body - box.begin);
  if (size < headerBytes || size > static_cast<uint64_t>(kMaxOffset - offset)) return {};
  box.end = offset + static_cast<int64_t>(size);
  return box;
}

std::optional<Mp4Box> findMp4Box(const SparseFile& file, int64_t begin, int64_t end, uint32_t type) {
  int64_t offset = begin;
  for (int i = 0; i < kMaxTopLevelBoxes; i++) {
    const auto box = readMp4Box(file, offset, end);
    if (!box || box->type == type) return box;
    offset = box->end;
  }
  return {};
}

Mp4Layout readMp4Layout(const SparseFile& file) {
  Mp4Layout layout;
  const int64_t fileEnd = file.sizeOrMax();
  int64_t offset = 0;
  for (int i = 0; i < kMaxTopLevelBoxes; i++) {
    const auto box = readMp4Box(file, offset, fileEnd);
    if (!box) {
      const int64_t missing = file.firstMissing(offset);
      if (missing < offset + kMp4BoxHeaderBytes && missing < fileEnd) layout.unread = missing;
      break;
    }
    if (file.size() && box->end > fileEnd) layout.truncated = true;
    noteBox(*box, layout);
    offset = box->end;
  }
  layout.nextBox = offset;
  layout.fragmented = layout.moov && findMp4Box(file, layout.moov->body, layout.moov->end, fourCc("mvex")).has_value();
  return layout;
}

}  // namespace vigie
