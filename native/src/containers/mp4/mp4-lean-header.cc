#include "containers/mp4/mp4-lean-header.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "containers/mp4/mp4-movie.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

// The sample description of these codecs holds their parameter sets.
constexpr uint32_t kSelfContained[] = {fourCc("avc1"), fourCc("hvc1"), fourCc("av01")};
constexpr uint32_t kSampleTables[] = {fourCc("ctts"), fourCc("stss"), fourCc("stsc"), fourCc("stsz"),
                                      fourCc("stco"), fourCc("co64"), fourCc("sdtp"), fourCc("sbgp")};
// Not "free": libav searches those for a movie header.
constexpr char kHidden[] = {'s', 'k', 'i', 'p'};
constexpr size_t kMaxLeanTracks = 100;
constexpr int64_t kMaxFileTypeBytes = 4096;

template <size_t Count>
bool isOneOf(uint32_t type, const uint32_t (&types)[Count]) {
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

uint32_t bigEndian32(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

bool isKnown(const Mp4Track& track) {
  return !isVideo(track) || (track.sampleEntry.isSelfContained && isOneOf(track.sampleEntry.type, kSelfContained));
}

class Builder {
 public:
  Builder(const SparseFile& file, const Mp4Layout& layout) : file_(file), moov_(*layout.moov) {
    const auto& type = layout.fileType;
    if (type && type->end - type->begin <= kMaxFileTypeBytes) append(type->begin, type->end);
    moovBegin_ = bytes_.size();
    append(moov_.begin, moov_.end);
  }

  std::optional<LeanMp4Header> build(const Mp4Movie& movie) {
    if (static_cast<int64_t>(bytes_.size() - moovBegin_) < moov_.end - moov_.begin) return {};
    if (movie.tracks.size() > kMaxLeanTracks) return {};
    std::map<uint32_t, int64_t> mediaBytes;
    for (const Mp4Track& track : movie.tracks) {
      if (track.id == 0 || !track.sampleTable || !isKnown(track)) return {};
      mediaBytes[track.id] = hideTables(*track.sampleTable);
    }
    return LeanMp4Header{SparseFile({ByteRange{0, std::move(bytes_)}}, std::nullopt), std::move(mediaBytes)};
  }

 private:
  void append(int64_t begin, int64_t end) {
    const size_t at = bytes_.size();
    const auto length = static_cast<size_t>(end - begin);
    bytes_.resize(at + length);
    bytes_.resize(at + file_.read(begin, bytes_.data() + at, length));
  }

  int64_t hideTables(const Mp4Box& stbl) {
    int64_t mediaBytes = 0;
    int64_t offset = stbl.body;
    while (const auto box = readMp4Box(file_, offset, stbl.end)) {
      if (box->end > stbl.end || box->body > box->end) break;
      if (box->type == fourCc("stsz")) mediaBytes = sumSampleSizes(*box);
      if (isOneOf(box->type, kSampleTables)) std::copy(std::begin(kHidden), std::end(kHidden), at(box->begin + 4));
      offset = box->end;
    }
    return mediaBytes;
  }

  // ISO/IEC 14496-12, 8.7.3: one size for all samples, or a list.
  int64_t sumSampleSizes(const Mp4Box& stsz) {
    constexpr int64_t kFieldsBytes = 12;
    if (stsz.end - stsz.body < kFieldsBytes) return 0;
    const uint8_t* fields = at(stsz.body);
    const int64_t sizeOfAll = bigEndian32(fields + 4);
    const int64_t count = bigEndian32(fields + 8);
    if (sizeOfAll > 0) return sizeOfAll > kMaxOffset / std::max<int64_t>(count, 1) ? 0 : sizeOfAll * count;
    int64_t sum = 0;
    const int64_t listed = std::min(count, (stsz.end - stsz.body - kFieldsBytes) / 4);
    for (int64_t i = 0; i < listed; i++) sum += bigEndian32(fields + kFieldsBytes + i * 4);
    return sum;
  }

  // `offset` counts from the file's start and lies in moov.
  uint8_t* at(int64_t offset) { return bytes_.data() + moovBegin_ + (offset - moov_.begin); }

  const SparseFile& file_;
  const Mp4Box moov_;
  std::vector<uint8_t> bytes_;
  size_t moovBegin_ = 0;
};

}  // namespace

std::optional<LeanMp4Header> makeLeanMp4Header(const SparseFile& file, const Mp4Layout& layout, const Mp4Movie& movie) {
  if (!layout.moov || layout.fragmented || !file.holds(layout.moov->begin, layout.moov->end)) return {};
  return Builder(file, layout).build(movie);
}

}  // namespace vigie
