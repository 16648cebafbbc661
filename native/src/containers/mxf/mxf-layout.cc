#include "containers/mxf/mxf-layout.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <vector>

#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

constexpr size_t kKeyBytes = 16;
using Key = std::array<uint8_t, kKeyBytes>;

constexpr int kMaxKlvUnits = 4096;
constexpr int kMaxMxfLocalTags = 256;

// Keys but for their last bytes; SMPTE ST 377-1, 6.1 and 9.2, and annex A.
constexpr uint8_t kPartitionPack[] = {0x06, 0x0E, 0x2B, 0x34, 0x02, 0x05, 0x01, 0x01, 0x0D, 0x01, 0x02, 0x01, 0x01};
constexpr uint8_t kMetadataSet[] = {0x06, 0x0E, 0x2B, 0x34, 0x02, 0x53, 0x01, 0x01, 0x0D, 0x01, 0x01, 0x01, 0x01, 0x01};
constexpr uint8_t kIndexSegment[] = {0x06, 0x0E, 0x2B, 0x34, 0x02, 0x53, 0x01, 0x01,
                                     0x0D, 0x01, 0x02, 0x01, 0x01, 0x10, 0x01, 0x00};
constexpr uint8_t kHeaderPartition = 0x02;
constexpr uint8_t kFooterPartition = 0x04;
constexpr uint8_t kRandomIndexPack = 0x11;

// Of the metadata sets.
constexpr uint8_t kSequenceSet = 0x0F;
constexpr uint8_t kTrackSet = 0x3B;

template <size_t Size>
bool begins(const Key& key, const uint8_t (&prefix)[Size]) {
  return std::equal(std::begin(prefix), std::end(prefix), key.begin());
}

// The primer and the random index have the same beginning.
bool isPartitionPack(const Key& key) {
  return begins(key, kPartitionPack) && key[13] >= kHeaderPartition && key[13] <= kFooterPartition;
}

// A key, a length and so many bytes.
struct Unit {
  Key key;
  int64_t body;
  int64_t end;
};

std::optional<Unit> readUnit(const SparseFile& file, int64_t offset) {
  Unit unit{};
  if (file.read(offset, unit.key.data(), kKeyBytes) < kKeyBytes) return {};
  ByteReader reader(file, offset + static_cast<int64_t>(kKeyBytes));
  // BER: one byte, or the number of bytes that follow.
  const uint8_t first = reader.u8();
  const int lengthBytes = first & 0x80 ? first & 0x7F : 0;
  if (lengthBytes > 8) return {};
  const uint64_t length = lengthBytes > 0 ? reader.number(lengthBytes) : first;
  if (!reader.complete() || length > static_cast<uint64_t>(kMaxOffset - reader.position())) return {};
  unit.body = reader.position();
  unit.end = unit.body + static_cast<int64_t>(length);
  return unit;
}

// Calls `visit` with the units in memory from `begin` on, until it returns false.
template <typename Visit>
void visitUnits(const SparseFile& file, int64_t begin, int64_t end, Visit visit) {
  for (int i = 0; i < kMaxKlvUnits && begin < end; i++) {
    const auto unit = readUnit(file, begin);
    if (!unit || !visit(*unit)) return;
    begin = unit->end;
  }
}

struct Partition {
  uint8_t kind;
  // Where the footer partition begins, 0 while it is not known.
  uint64_t footer;
  int64_t packEnd;
  // Of metadata and index behind the pack.
  int64_t metadataBytes;
  int64_t indexBytes;
  int64_t end() const { return packEnd + metadataBytes + indexBytes; }
};

std::optional<Partition> readPartition(const SparseFile& file, int64_t offset) {
  const auto unit = readUnit(file, offset);
  if (!unit || !isPartitionPack(unit->key)) return {};
  ByteReader reader(file, unit->body + 2 + 2 + 4 + 8 + 8);  // versions, KAG size, this partition and the one before
  const uint64_t footer = reader.u64();
  const uint64_t metadataBytes = reader.u64();
  const uint64_t indexBytes = reader.u64();
  const auto limit = static_cast<uint64_t>(kMaxOffset / 4);
  if (!reader.complete() || metadataBytes > limit || indexBytes > limit) return {};
  // What fills up to the next multiple of the KAG size is in neither count.
  constexpr int64_t kMaxFillBytes = 64 * 1024;
  return Partition{unit->key[13], footer, unit->end, static_cast<int64_t>(metadataBytes) + kMaxFillBytes,
                   static_cast<int64_t>(indexBytes)};
}

// Calls `visit` with tag and position of each property of a local set in memory.
template <typename Visit>
void visitTags(const SparseFile& file, const Unit& set, Visit visit) {
  int64_t offset = set.body;
  for (int i = 0; i < kMaxMxfLocalTags && offset < set.end; i++) {
    ByteReader reader(file, offset);
    const uint16_t tag = reader.u16();
    const uint16_t length = reader.u16();
    if (!reader.complete()) return;
    visit(tag, reader);
    offset += 4 + length;
  }
}

std::optional<double> readRational(ByteReader& reader) {
  const auto numerator = static_cast<int32_t>(reader.u32());
  const auto denominator = static_cast<int32_t>(reader.u32());
  if (!reader.complete() || numerator <= 0 || denominator <= 0) return {};
  return static_cast<double>(numerator) / denominator;
}

Key readKey(const SparseFile& file, const ByteReader& reader) {
  Key key{};
  file.read(reader.position(), key.data(), kKeyBytes);
  return key;
}

struct Track {
  std::optional<double> editRate;
  Key sequence;
};

struct Sequence {
  bool isPlayed = false;
  int64_t durationUnits = 0;
};

Track readTrack(const SparseFile& file, const Unit& set) {
  Track track{};
  visitTags(file, set, [&](uint16_t tag, ByteReader& reader) {
    if (tag == 0x4B01) track.editRate = readRational(reader);
    if (tag == 0x4803) track.sequence = readKey(file, reader);
  });
  return track;
}

// By the label of what the sequence holds: time codes and data have no length of their own.
bool isPictureOrSound(const Key& definition) {
  constexpr uint8_t kEssence = 0x02;
  constexpr uint8_t kPicture = 0x01;
  constexpr uint8_t kSound = 0x02;
  return definition[10] == kEssence && definition[11] == kEssence &&
         (definition[12] == kPicture || definition[12] == kSound);
}

std::pair<Key, Sequence> readSequence(const SparseFile& file, const Unit& set) {
  Key id{};
  Sequence sequence;
  visitTags(file, set, [&](uint16_t tag, ByteReader& reader) {
    if (tag == 0x3C0A) id = readKey(file, reader);
    if (tag == 0x0201) sequence.isPlayed = isPictureOrSound(readKey(file, reader));
    if (tag == 0x0202) sequence.durationUnits = static_cast<int64_t>(reader.u64());
  });
  return {id, sequence};
}

bool isPictureDescriptor(uint8_t kind) {
  constexpr uint8_t kKinds[] = {0x27, 0x28, 0x29, 0x51};  // generic, CDCI, RGBA, MPEG-2
  return std::find(std::begin(kKinds), std::end(kKinds), kind) != std::end(kKinds);
}

// ST 377-1, F.4.1: what is shown, else what was sampled of the picture; of one field, where a frame is two.
std::optional<PictureSize> readPictureSize(const SparseFile& file, const Unit& set) {
  constexpr uint32_t kMaxSide = 65'535;
  constexpr uint8_t kSeparateFields = 1;
  std::map<uint16_t, uint32_t> sides;
  bool hasFields = false;
  visitTags(file, set, [&](uint16_t tag, ByteReader& reader) {
    if (tag == 0x320C) hasFields = reader.u8() == kSeparateFields;
    if (tag == 0x3209 || tag == 0x3208 || tag == 0x3205 || tag == 0x3204) sides[tag] = reader.u32();
  });
  const uint32_t width = sides.count(0x3209) ? sides[0x3209] : sides[0x3205];
  const uint32_t height = (sides.count(0x3208) ? sides[0x3208] : sides[0x3204]) * (hasFields ? 2 : 1);
  if (width == 0 || height == 0 || width > kMaxSide || height > kMaxSide) return {};
  return PictureSize{static_cast<int>(width), static_cast<int>(height)};
}

MxfMetadata readMetadata(const SparseFile& file, const Partition& partition) {
  std::vector<Track> tracks;
  std::map<Key, Sequence> sequences;
  MxfMetadata metadata;
  visitUnits(file, partition.packEnd, partition.packEnd + partition.metadataBytes, [&](const Unit& unit) {
    if (isPartitionPack(unit.key)) return false;
    if (!begins(unit.key, kMetadataSet)) return true;
    const uint8_t kind = unit.key[14];
    if (kind == kTrackSet) tracks.push_back(readTrack(file, unit));
    if (kind == kSequenceSet) sequences.insert(readSequence(file, unit));
    if (isPictureDescriptor(kind) && !metadata.pictureSize) metadata.pictureSize = readPictureSize(file, unit);
    return true;
  });
  for (const Track& track : tracks) {
    const auto found = sequences.find(track.sequence);
    if (found == sequences.end() || !found->second.isPlayed || !track.editRate) continue;
    const auto units = found->second.durationUnits;
    if (units <= 0 || units > kMaxOffset) continue;
    const double seconds = static_cast<double>(units) / *track.editRate;
    metadata.seconds = std::max(metadata.seconds.value_or(0), seconds);
  }
  return metadata;
}

// The end of the last index segment.
std::optional<double> readIndexedSeconds(const SparseFile& file, const Partition& partition) {
  std::optional<double> last;
  visitUnits(file, partition.packEnd, partition.end(), [&](const Unit& unit) {
    if (!begins(unit.key, kIndexSegment)) return true;
    std::optional<double> rate;
    int64_t begin = 0;
    int64_t units = 0;
    visitTags(file, unit, [&](uint16_t tag, ByteReader& reader) {
      if (tag == 0x3F0B) rate = readRational(reader);
      if (tag == 0x3F0C) begin = static_cast<int64_t>(reader.u64());
      if (tag == 0x3F0D) units = static_cast<int64_t>(reader.u64());
    });
    const bool isSane = begin >= 0 && begin <= kMaxOffset && units > 0 && units <= kMaxOffset;
    if (rate && isSane) last = std::max(last.value_or(0), static_cast<double>(begin + units) / *rate);
    return true;
  });
  return last;
}

// ST 377-1, 12: the last four bytes of a file are the length of its random index pack, whose last entry is the footer.
std::optional<int64_t> findFooter(const SparseFile& file) {
  const int64_t size = *file.size();
  const int64_t packBytes = ByteReader(file, size - 4).u32();
  const auto pack = packBytes > 0 && packBytes < size ? readUnit(file, size - packBytes) : std::nullopt;
  if (!pack || !begins(pack->key, kPartitionPack) || pack->key[13] != kRandomIndexPack) return {};
  if (pack->end - pack->body < 16) return {};
  ByteReader offset(file, pack->end - 4 - 8);
  const uint64_t footer = offset.u64();
  if (!offset.complete() || footer >= static_cast<uint64_t>(size)) return {};
  return static_cast<int64_t>(footer);
}

}  // namespace

bool isMxfTruncated(const SparseFile& file) {
  const auto partition = readPartition(file, 0);
  return partition && file.size() && partition->footer >= static_cast<uint64_t>(*file.size());
}

MxfMetadata readMxfHeader(const SparseFile& file) {
  const auto partition = readPartition(file, 0);
  return partition && partition->kind == kHeaderPartition ? readMetadata(file, *partition) : MxfMetadata{};
}

std::variant<std::optional<Duration>, Need> readMxfFooterDuration(const SparseFile& file) {
  constexpr int64_t kMaxFooterBytes = 256 * 1024;
  if (!file.size()) return std::nullopt;
  if (const auto tail = missingTail(file, kFirstTailBytes)) return *tail;
  const auto footer = findFooter(file);
  if (!footer) return std::nullopt;
  const int64_t wantedEnd = std::min(*file.size(), *footer + kMaxFooterBytes);
  if (!file.holds(*footer, wantedEnd)) return nextRange(file, file.firstMissing(*footer), wantedEnd);
  const auto partition = readPartition(file, *footer);
  if (!partition || partition->kind != kFooterPartition) return std::nullopt;
  if (const auto seconds = readMetadata(file, *partition).seconds) return Duration{*seconds, DurationSource::header};
  if (const auto seconds = readIndexedSeconds(file, *partition)) return Duration{*seconds, DurationSource::index};
  return std::nullopt;
}

}  // namespace vigie
