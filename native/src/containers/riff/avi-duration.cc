#include "containers/riff/avi-duration.h"

#include <algorithm>
#include <cmath>

#include "io/next-range.h"

namespace vigie {
namespace {

// An idx1 entry: chunk id, flags, offset, size.
constexpr int64_t kIndexEntryBytes = 16;
constexpr int64_t kIndexHeaderBytes = 8;
// Of a longer index the first part is counted, and the rest taken to be like it.
constexpr int64_t kMaxIndexBytes = 256 * 1024;
// A frame that is a copy of the one before it still has the header of a chunk.
constexpr int64_t kMinFrameBytes = 8;
// On average. Below this, the index is asked.
constexpr int64_t kUsualFrameBytes = 64;
// Two lengths that differ by more can't both be right.
constexpr double kMaxRatio = 2;

bool agree(double a, double b) { return a <= b * kMaxRatio && b <= a * kMaxRatio; }

double secondsOf(const AviStream& stream, double units) { return units * stream.scale / stream.rate; }

bool hasClock(const AviStream& stream) { return stream.scale > 0 && stream.rate > 0; }

// The part of the index that is in memory, in entries of the stream, and how much of all that is.
struct IndexCount {
  int64_t frames = 0;
  double share = 1;
};

// Chunk ids of a stream begin with its number in two digits.
IndexCount countEntries(const SparseFile& file, int64_t begin, int64_t end, size_t stream) {
  IndexCount count;
  const int64_t held = std::min(end, file.firstMissing(begin));
  const auto number = static_cast<uint32_t>('0' + stream / 10) << 8 | static_cast<uint32_t>('0' + stream % 10);
  for (int64_t at = begin; at + kIndexEntryBytes <= held; at += kIndexEntryBytes) {
    const uint32_t id = ByteReader(file, at).u32();
    const uint32_t kind = id & 0xFFFF;
    const bool isPicture = kind == (fourCc("00dc") & 0xFFFF) || kind == (fourCc("00db") & 0xFFFF);
    if (id >> 16 == number && isPicture) count.frames++;
  }
  count.share = static_cast<double>(held - begin) / static_cast<double>(end - begin);
  return count;
}

class AviClock {
 public:
  AviClock(const SparseFile& file, const AviLayout& layout) : file_(file), layout_(layout) {}

  DurationResult duration() const {
    const auto video = std::find_if(layout_.streams.begin(), layout_.streams.end(), [](const AviStream& stream) {
      return stream.type == kVideoStreamType && hasClock(stream);
    });
    if (video == layout_.streams.end()) return std::nullopt;
    if (!isTrusted(*video)) return durationByIndex(*video);
    const double share = shareOfPackets();
    const auto source = share < 1 ? DurationSource::estimate : DurationSource::header;
    return Duration{longest(secondsOf(*video, video->lengthUnits)) * share, source};
  }

 private:
  bool fits(int64_t frames, int64_t frameBytes) const { return frames <= file_.sizeOrMax() / frameBytes; }

  bool isTrusted(const AviStream& video) const {
    if (video.lengthUnits == 0 || !fits(video.lengthUnits, kUsualFrameBytes)) return false;
    // The main header and idx1 count the first RIFF chunk's frames alone.
    if (video.hasSuperIndex) return true;
    const double mainSeconds = layout_.frames * (layout_.microsecondsPerFrame / 1e6);
    return mainSeconds <= 0 || agree(mainSeconds, secondsOf(video, video.lengthUnits));
  }

  // Less than 1 if the file was cut.
  double shareOfPackets() const {
    const auto size = file_.size();
    if (!size || !layout_.packetsEnd || *layout_.packetsEnd <= *size) return 1;
    return static_cast<double>(*size - *layout_.packetsBegin) /
           static_cast<double>(*layout_.packetsEnd - *layout_.packetsBegin);
  }

  DurationResult durationByIndex(const AviStream& video) const {
    const auto begin = layout_.packetsEnd;
    if (!begin || *begin + kIndexHeaderBytes > file_.size().value_or(0)) return durationWithoutIndex(video);
    const int64_t missing = file_.firstMissing(*begin);
    if (missing < *begin + kIndexHeaderBytes) return nextRange(file_, missing);
    const auto index = readRiffChunk(file_, *begin);
    if (!index || index->id != fourCc("idx1") || index->end <= index->body) return durationWithoutIndex(video);
    const int64_t end = std::min(index->end, *file_.size());
    const int64_t wantedEnd = std::min(end, index->body + kMaxIndexBytes);
    if (!file_.holds(index->body, wantedEnd)) return nextRange(file_, file_.firstMissing(index->body), wantedEnd);
    const auto stream = static_cast<size_t>(&video - layout_.streams.data());
    const IndexCount count = countEntries(file_, index->body, end, stream);
    if (count.frames == 0) return durationWithoutIndex(video);
    const double frames = static_cast<double>(count.frames) / count.share;
    const auto source = count.share < 1 ? DurationSource::estimate : DurationSource::index;
    return Duration{longest(secondsOf(video, frames)), source};
  }

  // Of what the headers say the least that there is room for.
  DurationResult durationWithoutIndex(const AviStream& video) const {
    std::optional<double> seconds;
    for (const uint32_t frames : {video.lengthUnits, layout_.frames}) {
      if (frames == 0 || !fits(frames, kMinFrameBytes)) continue;
      const double stated = secondsOf(video, frames);
      seconds = std::min(seconds.value_or(stated), stated);
    }
    if (!seconds) return std::nullopt;
    return Duration{longest(*seconds), DurationSource::estimate};
  }

  // Audio counts where it is not out of all proportion: writers leave its length in bytes, or in units of their own.
  double longest(double videoSeconds) const {
    double seconds = videoSeconds;
    for (const AviStream& stream : layout_.streams) {
      if (stream.type != kAudioStreamType || !hasClock(stream)) continue;
      const double audioSeconds = secondsOf(stream, stream.lengthUnits);
      const bool hasRoom = audioSeconds * stream.bytesPerSecond <= static_cast<double>(file_.sizeOrMax());
      if (hasRoom && agree(audioSeconds, videoSeconds)) seconds = std::max(seconds, audioSeconds);
    }
    return seconds;
  }

  const SparseFile& file_;
  const AviLayout& layout_;
};

}  // namespace

DurationResult aviDuration(const SparseFile& file, const AviLayout& layout) {
  return AviClock(file, layout).duration();
}

}  // namespace vigie
