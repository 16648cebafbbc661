#include "containers/matroska/matroska-tail.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "containers/last-times.h"
#include "containers/matroska/ebml.h"
#include "io/next-range.h"
#include "io/padding.h"

namespace vigie {
namespace {

// RFC 9559.
constexpr uint64_t kSimpleBlockId = 0xA3;
constexpr uint64_t kBlockGroupId = 0xA0;
constexpr uint64_t kBlockId = 0xA1;
constexpr uint64_t kBlockDurationId = 0x9B;
constexpr uint64_t kCrc32Id = 0xBF;
constexpr uint8_t kClusterMark[] = {0x1F, 0x43, 0xB6, 0x75};
// Tails to search for a cluster, one after the other.
constexpr int64_t kMatroskaTailBytes[] = {kFirstTailBytes, 128 * 1024, 512 * 1024, 1024 * 1024};
// The limits of a probe allow 16.
constexpr size_t kMaxMatroskaRangesOfPadding = 11;
constexpr int kMaxElementsOfTail = 100'000;

// The last block lasts as long as the one before, if it doesn't say how long.
double endOf(const LastTimes& blocks) {
  const double duration = blocks.duration();
  return blocks.last() + (duration > 0 ? duration : blocks.interval().value_or(0));
}

// A cluster begins with its time, a checksum aside.
std::optional<double> timeOfCluster(const SparseFile& file, const Element& cluster) {
  std::optional<double> time;
  visitChildren(file, cluster.body, cluster.end.value_or(kMaxOffset), [&](const Element& element, int64_t) {
    constexpr int64_t kMaxNumberBytes = 8;
    if (!element.end || *element.end - element.body > kMaxNumberBytes) return false;
    if (element.id == kTimestampId) time = static_cast<double>(readNumber(file, element));
    return element.id == kCrc32Id;
  });
  return time;
}

// The clusters from `begin` on, as far as they are whole before `end`.
class ClusterWalk {
 public:
  ClusterWalk(const SparseFile& file, int64_t end) : file_(file), end_(end) {}

  void run(int64_t begin) {
    int64_t at = begin;
    for (int i = 0; i < kMaxElementsOfTail && at < end_; i++) {
      const auto element = readElement(file_, at);
      if (!element) return;
      if (element->id == kClusterId) {
        clusterTime_ = timeOfCluster(file_, *element).value_or(clusterTime_);
        at = element->body;
        continue;
      }
      if (!element->end || *element->end > end_) return;
      if (element->id == kSimpleBlockId) addBlock(*element, 0);
      if (element->id == kBlockGroupId) addGroup(*element);
      at = *element->end;
    }
  }

  std::optional<double> lastTick() const {
    std::optional<double> last;
    for (const auto& [track, blocks] : tracks_) last = std::max(last.value_or(0), endOf(blocks));
    return last;
  }

 private:
  void addGroup(const Element& group) {
    std::optional<Element> block;
    double duration = 0;
    visitChildren(file_, group.body, *group.end, [&](const Element& element, int64_t) {
      if (!element.end) return false;
      if (element.id == kBlockId) block = element;
      if (element.id == kBlockDurationId) duration = static_cast<double>(readNumber(file_, element));
      return true;
    });
    if (block) addBlock(*block, duration);
  }

  // RFC 9559, section 10.1: the track's number, and the time since that of the cluster, a signed number.
  void addBlock(const Element& block, double duration) {
    ByteReader reader(file_, block.body);
    const auto track = readVarInt(reader);
    const auto sinceCluster = static_cast<int16_t>(reader.u16());
    if (track && reader.complete()) tracks_[track->value].add(clusterTime_ + sinceCluster, duration);
  }

  const SparseFile& file_;
  int64_t end_;
  double clusterTime_ = 0;
  // In ticks, by number.
  std::map<uint64_t, LastTimes> tracks_;
};

std::optional<int64_t> findCluster(const SparseFile& file, int64_t begin, int64_t end) {
  const std::vector<uint8_t> bytes = file.readBetween(begin, end);
  for (auto at = bytes.begin();; ++at) {
    at = std::search(at, bytes.end(), std::begin(kClusterMark), std::end(kClusterMark));
    if (at == bytes.end()) return {};
    const int64_t offset = begin + (at - bytes.begin());
    const auto cluster = readElement(file, offset);
    if (cluster && timeOfCluster(file, *cluster)) return offset;
  }
}

}  // namespace

DurationResult matroskaTailDuration(const SparseFile& file, const MatroskaClock& clock) {
  if (!file.size()) return std::nullopt;
  const auto padding = findPadding(file, 0, kMaxMatroskaRangesOfPadding);
  if (const auto* need = std::get_if<Need>(&padding)) return *need;
  const int64_t tailEnd = std::get<int64_t>(padding);
  for (const int64_t tailBytes : kMatroskaTailBytes) {
    if (const auto tail = missingBefore(file, tailEnd, tailBytes)) return *tail;
    if (const auto cluster = findCluster(file, std::max<int64_t>(0, tailEnd - tailBytes), tailEnd)) {
      ClusterWalk walk(file, tailEnd);
      walk.run(*cluster);
      if (const auto tick = walk.lastTick()) return Duration{*tick * clock.secondsPerTick, DurationSource::estimate};
    }
    if (tailBytes >= tailEnd) break;
  }
  return std::nullopt;
}

}  // namespace vigie
