#include "containers/mp4/mp4-lean-header.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr uint32_t kVideoHandler = fourCc("vide");
// The sample description of these codecs holds their parameter sets.
constexpr uint32_t kSelfContained[] = {fourCc("avc1"), fourCc("hvc1"), fourCc("av01")};
constexpr uint32_t kSampleTables[] = {fourCc("ctts"), fourCc("stss"), fourCc("stsc"), fourCc("stsz"),
                                      fourCc("stco"), fourCc("co64"), fourCc("sdtp"), fourCc("sbgp")};
// Not "free": libav searches those for a movie header.
constexpr char kHidden[] = {'s', 'k', 'i', 'p'};
constexpr int kMaxTracks = 100;
constexpr int64_t kMaxFileTypeBytes = 4096;

template <size_t Count>
bool isOneOf(uint32_t type, const uint32_t (&types)[Count]) {
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

uint32_t bigEndian32(const uint8_t* bytes) {
  return static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 |
         static_cast<uint32_t>(bytes[2]) << 8 | bytes[3];
}

struct Track {
  uint32_t id = 0;
  Mp4Box sampleTable;
};

class Builder {
 public:
  Builder(const SparseFile& file, const Mp4Layout& layout) : file_(file), moov_(*layout.moov) {
    const auto first = readMp4Box(file, 0, file.sizeOrMax());
    if (first && first->type == fourCc("ftyp") && first->end <= kMaxFileTypeBytes) append(0, first->end);
    moovBegin_ = bytes_.size();
    append(moov_.begin, moov_.end);
  }

  std::optional<LeanMp4Header> build() {
    if (static_cast<int64_t>(bytes_.size() - moovBegin_) < moov_.end - moov_.begin) return {};
    std::vector<Track> tracks;
    int64_t offset = moov_.body;
    while (const auto trak = findMp4Box(file_, offset, moov_.end, fourCc("trak"))) {
      const auto track = readTrack(*trak);
      if (!track || tracks.size() >= kMaxTracks) return {};
      tracks.push_back(*track);
      offset = trak->end;
    }
    std::map<uint32_t, int64_t> mediaBytes;
    for (const Track& track : tracks) mediaBytes[track.id] = hideTables(track.sampleTable);
    return LeanMp4Header{SparseFile({ByteRange{0, std::move(bytes_)}}, std::nullopt), std::move(mediaBytes)};
  }

 private:
  void append(int64_t begin, int64_t end) {
    const size_t at = bytes_.size();
    const auto length = static_cast<size_t>(end - begin);
    bytes_.resize(at + length);
    bytes_.resize(at + file_.read(begin, bytes_.data() + at, length));
  }

  // Nothing for a track whose packets may be wanted, or that is damaged.
  std::optional<Track> readTrack(const Mp4Box& trak) const {
    const auto tkhd = findMp4Box(file_, trak.body, trak.end, fourCc("tkhd"));
    const auto mdia = findMp4Box(file_, trak.body, trak.end, fourCc("mdia"));
    const auto hdlr = mdia ? findMp4Box(file_, mdia->body, mdia->end, fourCc("hdlr")) : std::nullopt;
    const auto minf = mdia ? findMp4Box(file_, mdia->body, mdia->end, fourCc("minf")) : std::nullopt;
    const auto stbl = minf ? findMp4Box(file_, minf->body, minf->end, fourCc("stbl")) : std::nullopt;
    const auto stsd = stbl ? findMp4Box(file_, stbl->body, stbl->end, fourCc("stsd")) : std::nullopt;
    if (!tkhd || !hdlr || !stsd || stbl->end > moov_.end) return {};
    ByteReader handler(file_, hdlr->body + 8);
    ByteReader description(file_, stsd->body + 12);
    ByteReader header(file_, tkhd->body);
    const bool isVideo = handler.u32() == kVideoHandler;
    if (isVideo && !isOneOf(description.u32(), kSelfContained)) return {};
    const bool isLong = header.u32() >> 24 == 1;
    header.skip(isLong ? 16 : 8);
    return Track{header.u32(), *stbl};
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

std::optional<LeanMp4Header> makeLeanMp4Header(const SparseFile& file, const Mp4Layout& layout) {
  if (!layout.moov || layout.fragmented || !file.holds(layout.moov->begin, layout.moov->end)) return {};
  return Builder(file, layout).build();
}

}  // namespace vigie
