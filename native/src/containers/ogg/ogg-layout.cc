#include "containers/ogg/ogg-layout.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "io/next-range.h"

namespace vigie {
namespace {

using namespace std::string_view_literals;

// RFC 3533, section 6.
constexpr auto kCapture = "OggS"sv;
constexpr size_t kPageHeaderBytes = 27;
constexpr uint8_t kBeginOfStream = 2;
constexpr int kMaxOggStreams = 32;
// A page has at most 65,307 bytes; most have 4 KiB.
constexpr int64_t kOggTailBytes[] = {32 * 1024, 128 * 1024};

uint64_t littleEndian(const uint8_t* bytes, int count) {
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; i--) value = value << 8 | bytes[i];
  return value;
}

uint32_t bigEndian(const uint8_t* bytes, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; i++) value = value << 8 | bytes[i];
  return value;
}

struct Page {
  uint8_t flags;
  int64_t granule;
  uint32_t serial;
  ByteView body;
  size_t totalBytes;
};

// `bytes` begins with a page; the body may be cut short.
std::optional<Page> readPage(ByteView bytes) {
  if (bytes.size < kPageHeaderBytes || std::memcmp(bytes.data, kCapture.data(), kCapture.size()) != 0) return {};
  if (bytes.data[4] != 0) return {};  // version
  const size_t segments = bytes.data[26];
  const size_t bodyBegin = kPageHeaderBytes + segments;
  if (bytes.size < bodyBegin) return {};
  size_t bodyBytes = 0;
  for (size_t i = 0; i < segments; i++) bodyBytes += bytes.data[kPageHeaderBytes + i];
  return Page{bytes.data[5],
              static_cast<int64_t>(littleEndian(bytes.data + 6, 8)),
              static_cast<uint32_t>(littleEndian(bytes.data + 14, 4)),
              {bytes.data + bodyBegin, std::min(bodyBytes, bytes.size - bodyBegin)},
              bodyBegin + bodyBytes};
}

// How a stream counts time: seconds = units(granule) / unitsPerSecond.
struct Clock {
  uint32_t serial;
  double unitsPerSecond;
  // Theora: the upper bits number the last key frame, the lower ones the frames since then. VP8: the upper ones all.
  int keyFrameShift = 0;
  bool addsFramesSinceKeyFrame = false;
  int64_t preSkip = 0;

  double seconds(int64_t granule) const {
    const int64_t lowerBits = granule & ((int64_t{1} << keyFrameShift) - 1);
    const int64_t sinceKeyFrame = addsFramesSinceKeyFrame ? lowerBits : 0;
    return static_cast<double>((granule >> keyFrameShift) + sinceKeyFrame - preSkip) / unitsPerSecond;
  }
};

// A file may claim anything, 0/0 too.
std::optional<double> ratio(uint32_t numerator, uint32_t denominator) {
  if (denominator == 0) return {};
  return numerator / static_cast<double>(denominator);
}

std::optional<Clock> readClock(uint32_t serial, ByteView packet) {
  const auto begins = [&](std::string_view magic, size_t minBytes) {
    return packet.size >= minBytes && std::memcmp(packet.data, magic.data(), magic.size()) == 0;
  };
  const uint8_t* data = packet.data;
  if (begins("\x80theora"sv, 42)) {
    const auto rate = ratio(bigEndian(data + 22, 4), bigEndian(data + 26, 4));
    if (!rate) return {};
    return Clock{serial, *rate, (data[40] & 3) << 3 | data[41] >> 5, true};
  }
  if (begins("OVP80\x01"sv, 26)) {
    const auto rate = ratio(bigEndian(data + 18, 4), bigEndian(data + 22, 4));
    if (!rate) return {};
    return Clock{serial, *rate, 32};
  }
  if (begins("\x01vorbis"sv, 30)) return Clock{serial, static_cast<double>(littleEndian(data + 12, 4))};
  if (begins("OpusHead"sv, 19)) return Clock{serial, 48000, 0, false, static_cast<int64_t>(littleEndian(data + 10, 2))};
  return {};
}

std::vector<Clock> readClocks(const SparseFile& file) {
  std::vector<Clock> clocks;
  const ByteView head = file.viewFrom(0);
  size_t offset = 0;
  for (int i = 0; i < kMaxOggStreams && offset < head.size; i++) {
    const auto page = readPage({head.data + offset, head.size - offset});
    if (!page || !(page->flags & kBeginOfStream)) break;
    const auto clock = readClock(page->serial, page->body);
    if (clock && clock->unitsPerSecond > 0) clocks.push_back(*clock);
    offset += page->totalBytes;
  }
  return clocks;
}

double lastTime(const std::vector<Clock>& clocks, ByteView tail) {
  double last = 0;
  const uint8_t* end = tail.data + tail.size;
  for (const uint8_t* at = tail.data;; at++) {
    at = std::search(at, end, kCapture.begin(), kCapture.end());
    if (at == end) return last;
    const auto page = readPage({at, static_cast<size_t>(end - at)});
    if (!page || page->granule < 0) continue;
    for (const Clock& clock : clocks) {
      if (clock.serial == page->serial) last = std::max(last, clock.seconds(page->granule));
    }
  }
}

}  // namespace

DurationResult oggDuration(const SparseFile& file) {
  if (!file.size()) return std::nullopt;
  const std::vector<Clock> clocks = readClocks(file);
  if (clocks.empty()) return std::nullopt;
  for (const int64_t tailBytes : kOggTailBytes) {
    if (const auto tail = missingTail(file, tailBytes)) return *tail;
    std::vector<uint8_t> bytes(static_cast<size_t>(std::min(tailBytes, *file.size())));
    file.read(*file.size() - static_cast<int64_t>(bytes.size()), bytes.data(), bytes.size());
    const double seconds = lastTime(clocks, {bytes.data(), bytes.size()});
    if (seconds > 0) return Duration{seconds, DurationSource::estimate};
  }
  return std::nullopt;
}

}  // namespace vigie
