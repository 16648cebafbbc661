#include "containers/mp4/mp4-sample-limit.h"

#include <algorithm>

#include "io/byte-reader.h"

namespace vigie {
namespace {

// Claims are any numbers: their products do not wrap.
uint64_t productOrMax(uint64_t a, uint64_t b) { return b != 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b; }

constexpr int64_t kTypeBytes = 4;
constexpr uint64_t kEditBytes = 12;
// libav makes one index entry of at least so many samples of uncompressed audio.
constexpr uint64_t kFewestPcmSamplesAnEntry = 160;

// What was found in one stretch of the file.
struct Tables {
  int tracks = 0;
  int timeTables = 0;
  int soundHandlers = 0;
  int otherHandlers = 0;
  bool oneSampleAtATime = false;
  bool compressed = false;
  uint64_t samples = 0;
  uint64_t runSamples = 0;
  uint64_t chunks = 0;
  uint64_t mostSamplesAChunk = 0;
  uint64_t mostEdits = 1;

  // Uncompressed audio, beyond doubt: nothing in the track could make libav take it for something else.
  bool isPcmTrack() const {
    return tracks == 1 && timeTables == 1 && oneSampleAtATime && soundHandlers > 0 && otherHandlers == 0;
  }
  uint64_t indexEntries() const {
    if (!isPcmTrack()) return samples + runSamples;
    return std::max(samples, productOrMax(chunks, mostSamplesAChunk)) / kFewestPcmSamplesAnEntry + runSamples;
  }
};

void readEdits(const SparseFile& file, int64_t typeOffset, ByteReader reader, Tables& tables) {
  if (typeOffset < kTypeBytes) return;
  ByteReader size(file, typeOffset - kTypeBytes);
  const uint64_t fits = size.u32() / kEditBytes;
  reader.skip(4);  // version, flags
  tables.mostEdits = std::max(tables.mostEdits, std::min<uint64_t>(reader.u32(), fits));
}

void readChunkRuns(ByteReader reader, Tables& tables) {
  reader.skip(4);  // version, flags
  const uint32_t count = reader.u32();
  for (uint32_t i = 0; i < count && reader.complete(); i++) {
    reader.skip(4);  // first_chunk
    tables.mostSamplesAChunk = std::max<uint64_t>(tables.mostSamplesAChunk, reader.u32());
    reader.skip(4);  // sample_description_index
  }
}

void readTimes(ByteReader reader, Tables& tables) {
  reader.skip(4);  // version, flags
  const uint32_t count = reader.u32();
  reader.skip(4);  // sample_count
  tables.oneSampleAtATime = count == 1 && reader.u32() == 1;
  tables.timeTables++;
}

void readHandler(ByteReader reader, Tables& tables) {
  reader.skip(8);  // version, flags, pre_defined
  const uint32_t type = reader.u32();
  if (type == fourCc("soun")) {
    tables.soundHandlers++;
  } else if (type != fourCc("alis") && type != fourCc("url ")) {
    tables.otherHandlers++;
  }
}

uint32_t numberAt(ByteReader reader, int64_t skipped) {
  reader.skip(skipped);
  return reader.u32();
}

void readTable(const SparseFile& file, int64_t typeOffset, Tables& tables) {
  ByteReader reader(file, typeOffset);
  switch (reader.u32()) {
    case fourCc("trak"):
      tables.tracks++;
      break;
    case fourCc("hdlr"):
      readHandler(reader, tables);
      break;
    case fourCc("elst"):
      readEdits(file, typeOffset, reader, tables);
      break;
    case fourCc("stts"):
      readTimes(reader, tables);
      break;
    case fourCc("stsc"):
      readChunkRuns(reader, tables);
      break;
    case fourCc("stsz"):
    case fourCc("stz2"):
      tables.samples += numberAt(reader, 8);  // after version, flags, size of a sample or a field
      break;
    case fourCc("stco"):
    case fourCc("co64"):
      tables.chunks += numberAt(reader, 4);
      break;
    case fourCc("trun"):
      tables.runSamples += numberAt(reader, 4);
      break;
    case fourCc("cmov"):
      tables.compressed = true;
      break;
    default:
      break;
  }
}

bool mayBeginType(uint8_t letter) {
  return letter == 's' || letter == 't' || letter == 'c' || letter == 'e' || letter == 'h';
}

// Checks every byte in memory, not along the tree of boxes: libav takes most boxes at any level, so that a walk along
// the tree would only show where to hide them.
Tables readTables(const SparseFile& file, int64_t begin, int64_t end) {
  Tables tables;
  for (int64_t offset = begin; offset < end;) {
    const ByteView view = file.viewFrom(offset);
    if (view.size == 0) {
      offset = file.nextRangeStart(offset);
      continue;
    }
    const int64_t count = std::min(static_cast<int64_t>(view.size), end - offset);
    for (int64_t i = 0; i < count; i++) {
      if (mayBeginType(view.data[i])) readTable(file, offset + i, tables);
    }
    offset += count;
  }
  return tables;
}

class Claims {
 public:
  explicit Claims(const SparseFile& file) : file_(file) {}

  void add(int64_t begin, int64_t end) {
    const Tables tables = readTables(file_, begin, end);
    entries_ += tables.indexEntries();
    mostEdits_ = std::max(mostEdits_, tables.mostEdits);
    compressed_ = compressed_ || tables.compressed;
  }
  // Each track for itself, what lies between them too.
  void addMovie(const Mp4Box& moov) {
    int64_t begin = moov.begin;
    int64_t offset = moov.body;
    while (const auto track = findMp4Box(file_, offset, moov.end, fourCc("trak"))) {
      add(begin, track->begin);
      offset = begin = std::min(track->end, moov.end);
      add(track->begin, begin);
    }
    add(begin, moov.end);
  }
  Mp4SampleClaims total() const { return {productOrMax(entries_, mostEdits_), compressed_}; }

 private:
  const SparseFile& file_;
  uint64_t entries_ = 0;
  uint64_t mostEdits_ = 1;
  bool compressed_ = false;
};

}  // namespace

Mp4SampleClaims readMp4SampleClaims(const SparseFile& file, const Mp4Layout& layout) {
  Claims claims(file);
  int64_t begin = 0;
  int64_t offset = 0;
  while (const auto box = readMp4Box(file, offset, file.sizeOrMax())) {
    offset = box->end;
    const bool movie = layout.moov && layout.moov->begin == box->begin;
    // libav passes over the media itself.
    if (!movie && box->type != fourCc("mdat")) continue;
    claims.add(begin, box->begin);
    if (movie) claims.addMovie(*box);
    begin = box->end;
  }
  claims.add(begin, file.sizeOrMax());
  return claims.total();
}

}  // namespace vigie
