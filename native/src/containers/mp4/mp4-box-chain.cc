#include "containers/mp4/mp4-box-chain.h"

#include <algorithm>
#include <iterator>

#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr int kMaxBoxes = 20'000;
constexpr int64_t kLongHeaderBytes = 16;
// Places with the letters of a type that are looked at.
constexpr size_t kMaxPlaces = 100;

// Four letters, digits and the like; QuickTime begins some with a copyright sign.
bool isPlausibleType(uint32_t type) {
  for (int shift = 0; shift < 32; shift += 8) {
    const uint32_t letter = type >> shift & 0xFF;
    if (letter != 0xA9 && (letter < 0x20 || letter > 0x7E)) return false;
  }
  return true;
}

Mp4BoxChain::Stop whyNoBox(const SparseFile& file, int64_t offset) {
  const int64_t missing = file.firstMissing(offset);
  if (file.endsAt(missing))
    return missing - offset < kMp4BoxHeaderBytes ? Mp4BoxChain::Stop::cut : Mp4BoxChain::Stop::padding;
  return missing - offset < kLongHeaderBytes ? Mp4BoxChain::Stop::unread : Mp4BoxChain::Stop::padding;
}

}  // namespace

Mp4BoxChain followMp4Boxes(const SparseFile& file, int64_t offset) {
  Mp4BoxChain chain;
  chain.end = offset;
  const int64_t fileEnd = file.sizeOrMax();
  for (int i = 0; i < kMaxBoxes; i++) {
    if (file.endsAt(chain.end)) {
      chain.stop = chain.end == fileEnd ? Mp4BoxChain::Stop::fileEnd : Mp4BoxChain::Stop::cut;
      return chain;
    }
    const auto box = readMp4Box(file, chain.end, fileEnd);
    if (!box || !isPlausibleType(box->type)) {
      chain.stop = box ? Mp4BoxChain::Stop::padding : whyNoBox(file, chain.end);
      return chain;
    }
    if (box->type == fourCc("moof") && box->end <= fileEnd) chain.moofs.push_back(*box);
    chain.end = box->end;
  }
  return chain;
}

std::vector<int64_t> findMp4BoxLetters(const SparseFile& file, int64_t begin, int64_t end, uint32_t type) {
  const std::vector<uint8_t> bytes = file.readBetween(begin, end);
  const uint8_t letters[] = {static_cast<uint8_t>(type >> 24), static_cast<uint8_t>(type >> 16),
                             static_cast<uint8_t>(type >> 8), static_cast<uint8_t>(type)};
  std::vector<int64_t> places;
  auto found = std::search(bytes.begin(), bytes.end(), std::begin(letters), std::end(letters));
  while (found != bytes.end() && places.size() < kMaxPlaces) {
    const int64_t place = begin + (found - bytes.begin()) - kMp4BoxSizeBytes;
    if (place >= begin) places.push_back(place);
    found = std::search(found + 1, bytes.end(), std::begin(letters), std::end(letters));
  }
  return places;
}

}  // namespace vigie
