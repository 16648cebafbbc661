#include "containers/mp4/mp4-segment-index.h"

#include <vector>

#include "containers/mp4/mp4-full-box.h"
#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

constexpr int kMaxIndexBoxes = 1000;

bool isUnreadableByLibav(const SparseFile& file, const Mp4Box& sidx) {
  ByteReader reader(file, sidx.body);
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  reader.skip(4);  // reference_ID
  const uint32_t timescale = reader.u32();
  readMp4Time(reader, version);  // earliest_presentation_time
  readMp4Time(reader, version);  // first_offset
  reader.skip(2);                // reserved
  const uint16_t count = reader.u16();
  if (!reader.complete()) return false;
  bool leadsToIndex = false;
  for (int i = 0; i < count && reader.complete(); i++) {
    leadsToIndex |= reader.u32() >> 31 == 1;
    reader.skip(8);
  }
  return timescale == 0 || leadsToIndex;
}

}  // namespace

std::optional<SparseFile> hideUnreadableIndexes(const SparseFile& file) {
  std::vector<int64_t> types;
  int64_t offset = 0;
  for (int i = 0; i < kMaxIndexBoxes; i++) {
    const auto box = readMp4Box(file, offset, file.sizeOrMax());
    if (!box) break;
    if (box->type == fourCc("sidx") && isUnreadableByLibav(file, *box)) types.push_back(box->begin + kMp4BoxSizeBytes);
    offset = box->end;
  }
  if (types.empty()) return {};
  return file.withBytes(types, {'s', 'k', 'i', 'p'});
}

std::optional<Mp4SegmentIndex> readMp4SegmentIndex(const SparseFile& file, const Mp4Box& sidx) {
  ByteReader reader(file, sidx.body);
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  const uint32_t trackId = reader.u32();  // reference_ID
  const uint32_t timescale = reader.u32();
  readMp4Time(reader, version);  // earliest_presentation_time
  const uint64_t firstOffset = readMp4Time(reader, version);
  reader.skip(2);  // reserved
  const uint16_t count = reader.u16();
  uint64_t units = 0;
  uint64_t bytes = 0;
  for (int i = 0; i < count && reader.complete(); i++) {
    bytes += reader.u32() & 0x7FFFFFFF;  // without reference_type
    units += reader.u32();
    reader.skip(4);  // SAP
  }
  if (!reader.complete() || timescale == 0 || units == 0) return {};
  if (firstOffset > static_cast<uint64_t>(kMaxOffset - sidx.end)) return {};
  const auto end = static_cast<uint64_t>(sidx.end) + firstOffset + bytes;
  return Mp4SegmentIndex{trackId, static_cast<double>(units) / timescale, static_cast<int64_t>(end),
                         static_cast<int64_t>(bytes / count)};
}

std::optional<Need> missingSegmentIndex(const SparseFile& file, const Mp4Box& sidx) {
  const int64_t missing = file.firstMissing(sidx.begin);
  if (missing >= sidx.end || file.endsAt(missing)) return {};
  return nextRange(file, missing, sidx.end);
}

}  // namespace vigie
