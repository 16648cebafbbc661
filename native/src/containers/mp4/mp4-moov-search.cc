#include "containers/mp4/mp4-moov-search.h"

#include <algorithm>
#include <utility>

#include "containers/mp4/mp4-box-chain.h"
#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

// One after the other.
constexpr int64_t kMp4TailBytes[] = {64 * 1024, 512 * 1024};

bool isMovie(const SparseFile& file, const Mp4Box& box) {
  const auto header = findMp4Box(file, box.body, box.end, fourCc("mvhd"));
  return header && followMp4Boxes(file, box.end).stop == Mp4BoxChain::Stop::fileEnd;
}

std::optional<Mp4Box> searchTail(const SparseFile& file, int64_t tailBytes) {
  const int64_t fileEnd = file.sizeOrMax();
  const int64_t tailBegin = std::max<int64_t>(0, fileEnd - tailBytes);
  for (const int64_t place : findMp4BoxLetters(file, tailBegin, fileEnd, fourCc("moov"))) {
    const auto box = readMp4Box(file, place, fileEnd);
    if (box && box->end <= fileEnd && isMovie(file, *box)) return box;
  }
  return {};
}

}  // namespace

bool isMoovFarther(const SparseFile& file, const Mp4Layout& layout) {
  return file.size() && !layout.moov && layout.unread == layout.nextBox && layout.mediaBoxes >= 2;
}

std::variant<std::optional<Mp4Box>, Need> findMoovInTail(const SparseFile& file) {
  for (const int64_t tailBytes : kMp4TailBytes) {
    if (const auto tail = missingTail(file, tailBytes)) return *tail;
    if (const auto moov = searchTail(file, tailBytes)) return moov;
  }
  return std::nullopt;
}

std::optional<SparseFile> bridgeToMoov(const SparseFile& file, int64_t offset, const Mp4Box& moov) {
  ByteRange bridge{offset, {0, 0, 0, 1, 'm', 'd', 'a', 't'}};
  const auto size = static_cast<uint64_t>(moov.begin - offset);
  if (size < bridge.bytes.size() + sizeof size) return {};
  for (int shift = 56; shift >= 0; shift -= 8) bridge.bytes.push_back(static_cast<uint8_t>(size >> shift));
  return file.with(std::move(bridge));
}

}  // namespace vigie
