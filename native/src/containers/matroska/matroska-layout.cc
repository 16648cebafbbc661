#include "containers/matroska/matroska-layout.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "containers/matroska/ebml.h"
#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// RFC 8794 (EBML) and RFC 9559 (Matroska).
constexpr uint64_t kEbmlHeaderId = 0x1A45DFA3;
constexpr uint64_t kDocTypeId = 0x4282;
constexpr uint64_t kSegmentId = 0x18538067;
constexpr uint64_t kSeekHeadId = 0x114D9B74;
constexpr uint64_t kSeekId = 0x4DBB;
constexpr uint64_t kSeekTargetId = 0x53AB;
constexpr uint64_t kSeekPositionId = 0x53AC;
constexpr uint64_t kInfoId = 0x1549A966;
constexpr uint64_t kTracksId = 0x1654AE6B;
constexpr uint64_t kTimestampScaleId = 0x2AD7B1;
constexpr uint64_t kMuxingAppId = 0x4D80;
// Attachments and the like: up to this size they are read, for the cover art in them.
constexpr int64_t kLargeBytes = 256 * 1024;
constexpr int64_t kMaxTracksBytes = 1024 * 1024;
// Before the clusters; a header that claims more is left as it is.
constexpr int64_t kMaxHeaderBytes = 8 * 1024 * 1024;
// A cluster of unknown size, where libav stops reading the header.
constexpr uint8_t kEmptyCluster[] = {0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
constexpr int kMaxHeaderElements = 32;
// An id of at most 8 bytes as it is read here, and a size of at most 8.
constexpr int64_t kMaxElementHeaderBytes = 16;
constexpr int64_t kMaxDocTypeBytes = 16;

std::string readDocType(const SparseFile& file, const Element& header) {
  int64_t offset = header.body;
  for (int i = 0; i < kMaxHeaderElements && offset < *header.end; i++) {
    const auto element = readElement(file, offset);
    if (!element || !element->end) return {};
    if (element->id == kDocTypeId) {
      std::string text(static_cast<size_t>(std::min(*element->end - element->body, kMaxDocTypeBytes)), '\0');
      file.read(element->body, reinterpret_cast<uint8_t*>(text.data()), text.size());
      return text.substr(0, text.find('\0'));
    }
    offset = *element->end;
  }
  return {};
}

std::optional<Element> findSegment(const SparseFile& file) {
  const auto header = readElement(file, 0);
  const auto segment = header && header->end ? readElement(file, *header->end) : std::nullopt;
  return segment && segment->id == kSegmentId ? segment : std::nullopt;
}

// Where the SeekHead says that Info and Tracks begin; "no limit" if it doesn't.
struct SeekTargets {
  int64_t info = kMaxOffset;
  int64_t tracks = kMaxOffset;
};

SeekTargets readSeekHead(const SparseFile& file, const Element& seekHead, int64_t segmentBody) {
  SeekTargets targets;
  visitChildren(file, seekHead.body, *seekHead.end, [&](const Element& seek, int64_t) {
    if (seek.id != kSeekId || !seek.end) return true;
    uint64_t target = 0;
    uint64_t found = 0;
    visitChildren(file, seek.body, *seek.end, [&](const Element& field, int64_t) {
      if (!field.end) return false;
      if (field.id == kSeekTargetId) target = readNumber(file, field);
      if (field.id == kSeekPositionId) found = readNumber(file, field);
      return true;
    });
    if (found >= kMaxOffset / 2) return true;
    if (target == kInfoId) targets.info = segmentBody + static_cast<int64_t>(found);
    if (target == kTracksId) targets.tracks = segmentBody + static_cast<int64_t>(found);
    return true;
  });
  return targets;
}

// Goes along the elements of the segment to the first cluster, and past those that are larger than what is worth
// reading through.
class HeaderWalk {
 public:
  HeaderWalk(const SparseFile& file, const Element& segment) : file_(file), segment_(segment), at_(segment.body) {}

  void run() {
    for (int i = 0; i < kMaxElements && at_ < segment_.end.value_or(kMaxOffset) && !isDone(); i++) step();
  }

  // The pieces of the header that are kept, in the order of the file.
  struct Piece {
    int64_t begin;
    int64_t end;
  };
  const std::vector<Piece>& pieces() const { return pieces_; }
  bool hasSkipped() const { return skipped_; }
  bool isKnown() const { return hasInfo_ && hasTracks_; }
  bool hasTracks() const { return hasTracks_; }
  const SeekTargets& targets() const { return targets_; }
  std::optional<int64_t> firstCluster() const { return firstCluster_; }
  const std::optional<Need>& need() const { return need_; }

 private:
  bool isDone() const { return firstCluster_ || need_ || isStuck_; }

  void step() {
    const auto element = readElement(file_, at_);
    if (!element) {
      stopAt(file_.firstMissing(at_), {});
    } else if (element->id == kClusterId) {
      firstCluster_ = at_;
    } else if (!element->end || *element->end <= at_) {
      isStuck_ = true;
    } else if (isLarge(*element)) {
      skip(*element->end);
    } else if (!file_.holds(at_, *element->end)) {
      stopAt(file_.firstMissing(at_), element->end);
    } else {
      keep(*element);
    }
  }

  void keep(const Element& element) {
    if (element.id == kInfoId) hasInfo_ = true;
    if (element.id == kTracksId) hasTracks_ = true;
    if (element.id == kSeekHeadId) targets_ = readSeekHead(file_, element, segment_.body);
    pieces_.push_back({at_, *element.end});
    at_ = *element.end;
  }

  bool isLarge(const Element& element) const {
    return *element.end - at_ > kLargeBytes && element.id != kTracksId && !file_.holds(at_, *element.end);
  }

  void skip(int64_t end) {
    skipped_ = true;
    at_ = end;
    // Whatever else lies between is of no interest.
    int64_t next = kMaxOffset;
    if (!hasInfo_ && targets_.info >= end) next = targets_.info;
    if (!hasTracks_ && targets_.tracks >= end) next = std::min(next, targets_.tracks);
    if (next < kMaxOffset) at_ = next;
  }

  // Without anything skipped it is libav that reads on.
  void stopAt(int64_t missing, std::optional<int64_t> wantedEnd) {
    isStuck_ = true;
    const bool isShort = !wantedEnd || *wantedEnd - at_ <= kMaxTracksBytes;
    if (skipped_ && isShort && missing < file_.sizeOrMax()) need_ = nextRange(file_, missing, wantedEnd);
  }

  const SparseFile& file_;
  const Element& segment_;
  int64_t at_;
  std::vector<Piece> pieces_;
  SeekTargets targets_;
  bool hasInfo_ = false;
  bool hasTracks_ = false;
  bool skipped_ = false;
  bool isStuck_ = false;
  std::optional<int64_t> firstCluster_;
  std::optional<Need> need_;
};

void append(std::vector<uint8_t>& bytes, const SparseFile& file, int64_t begin, int64_t end) {
  const size_t at = bytes.size();
  bytes.resize(at + static_cast<size_t>(end - begin));
  bytes.resize(at + file.read(begin, bytes.data() + at, static_cast<size_t>(end - begin)));
}

// `ends`: nothing follows in the file itself either.
SparseFile fileOf(std::vector<uint8_t> bytes, bool ends) {
  const auto size = static_cast<int64_t>(bytes.size());
  return SparseFile({ByteRange{0, std::move(bytes)}}, ends ? std::optional(size) : std::nullopt);
}

void readInfo(const SparseFile& file, const Element& info, MatroskaClock& clock) {
  constexpr uint64_t kLavf = 'L' << 24 | 'a' << 16 | 'v' << 8 | 'f';
  constexpr double kSecondsPerUnit = 1e-9;
  visitChildren(file, info.body, *info.end, [&](const Element& element, int64_t) {
    if (!element.end) return false;
    if (element.id == kTimestampScaleId) {
      clock.secondsPerTick = static_cast<double>(readNumber(file, element)) * kSecondsPerUnit;
    }
    if (element.id == kMuxingAppId) clock.isOfLavf = ByteReader(file, element.body).u32() == kLavf;
    return true;
  });
}

using Arranged = std::variant<UsualOrder, Need, ArrangedHeader>;

// What is in memory from the first cluster on follows the header, or else an empty cluster.
Arranged leaveOutSkipped(const SparseFile& file, const Element& segment, const HeaderWalk& walk, bool withPackets) {
  const auto cluster = walk.firstCluster();
  const bool isEnough = walk.isKnown() && !withPackets;
  if (walk.need() && !isEnough) return *walk.need();
  if (!cluster && !isEnough) return UsualOrder{};
  std::vector<uint8_t> bytes;
  append(bytes, file, 0, segment.body);
  for (const HeaderWalk::Piece& piece : walk.pieces()) append(bytes, file, piece.begin, piece.end);
  if (!cluster) {
    bytes.insert(bytes.end(), std::begin(kEmptyCluster), std::end(kEmptyCluster));
    return ArrangedHeader{fileOf(std::move(bytes), false), 0};
  }
  const int64_t insertedBytes = static_cast<int64_t>(bytes.size()) - *cluster;
  const int64_t heldEnd = file.firstMissing(*cluster);
  append(bytes, file, *cluster, heldEnd);
  return ArrangedHeader{fileOf(std::move(bytes), file.endsAt(heldEnd)), insertedBytes};
}

Arranged moveTracks(const SparseFile& file, int64_t tracksBegin, int64_t firstCluster) {
  if (firstCluster > kMaxHeaderBytes || !file.holds(0, firstCluster)) return UsualOrder{};
  if (tracksBegin >= file.sizeOrMax()) return UsualOrder{};
  const auto tracks = readElement(file, tracksBegin);
  const int64_t missing = file.firstMissing(tracksBegin);
  if (!tracks && (missing >= tracksBegin + kMaxElementHeaderBytes || file.endsAt(missing))) return UsualOrder{};
  if (!tracks) return nextRange(file, missing);
  if (tracks->id != kTracksId || !tracks->end || *tracks->end - tracksBegin > kMaxTracksBytes) return UsualOrder{};
  if (missing < *tracks->end && !file.endsAt(missing)) return nextRange(file, missing, tracks->end);
  std::vector<uint8_t> bytes;
  append(bytes, file, 0, firstCluster);
  append(bytes, file, tracksBegin, *tracks->end);
  const int64_t heldEnd = file.firstMissing(firstCluster);
  append(bytes, file, firstCluster, heldEnd);
  return ArrangedHeader{fileOf(std::move(bytes), file.endsAt(heldEnd)), *tracks->end - tracksBegin};
}

// Along the elements behind the header, where no SeekHead says where Tracks lie; "no limit" if they are not found.
std::variant<int64_t, Need> findTracksFrom(const SparseFile& file, int64_t offset) {
  constexpr int kMaxElements = 1000;
  constexpr size_t kMaxRanges = 10;
  constexpr int64_t kLikelyTracksBytes = 4 * 1024;
  for (int i = 0; i < kMaxElements && offset < file.sizeOrMax(); i++) {
    const auto element = readElement(file, offset);
    if (!element) {
      const int64_t missing = file.firstMissing(offset);
      const bool isDamaged = missing >= offset + kMaxElementHeaderBytes || file.endsAt(missing);
      if (isDamaged || file.rangeCount() >= kMaxRanges) break;
      return nextRange(file, missing, missing + kLikelyTracksBytes);
    }
    if (element->id == kTracksId) return offset;
    if (!element->end || *element->end <= offset) break;
    offset = *element->end;
  }
  return kMaxOffset;
}

}  // namespace

std::variant<UsualOrder, Need, ArrangedHeader> arrangeMatroskaHeader(const SparseFile& file, bool withPackets) {
  const auto segment = findSegment(file);
  if (!segment) return UsualOrder{};
  HeaderWalk walk(file, *segment);
  walk.run();
  if (walk.hasSkipped()) return leaveOutSkipped(file, *segment, walk, withPackets);
  if (walk.hasTracks() || !walk.firstCluster()) return UsualOrder{};
  if (walk.targets().tracks < kMaxOffset) return moveTracks(file, walk.targets().tracks, *walk.firstCluster());
  const auto tracks = findTracksFrom(file, *walk.firstCluster());
  if (const auto* need = std::get_if<Need>(&tracks)) return *need;
  return moveTracks(file, std::get<int64_t>(tracks), *walk.firstCluster());
}

MatroskaClock readMatroskaClock(const SparseFile& file) {
  MatroskaClock clock;
  const auto segment = findSegment(file);
  if (!segment) return clock;
  HeaderWalk walk(file, *segment);
  walk.run();
  for (const HeaderWalk::Piece& piece : walk.pieces()) {
    const auto info = readElement(file, piece.begin);
    if (info && info->id == kInfoId && info->end) readInfo(file, *info, clock);
  }
  const auto cluster = walk.firstCluster() ? readElement(file, *walk.firstCluster()) : std::nullopt;
  if (!cluster) return clock;
  visitChildren(file, cluster->body, cluster->end.value_or(kMaxOffset), [&](const Element& element, int64_t) {
    if (element.id != kTimestampId || !element.end) return true;
    clock.firstSeconds = static_cast<double>(readNumber(file, element)) * clock.secondsPerTick;
    return false;
  });
  return clock;
}

MatroskaLayout readMatroskaLayout(const SparseFile& file) {
  const auto header = readElement(file, 0);
  if (!header || header->id != kEbmlHeaderId || !header->end) return {};
  MatroskaLayout layout;
  layout.docType = readDocType(file, *header);
  const auto segment = findSegment(file);
  layout.truncated = segment && segment->end && file.endsAt(*segment->end - 1);
  return layout;
}

}  // namespace vigie
