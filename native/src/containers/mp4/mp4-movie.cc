#include "containers/mp4/mp4-movie.h"

#include <algorithm>

#include "containers/mp4/mp4-duration-counts.h"
#include "containers/mp4/mp4-full-box.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr size_t kMaxTracks = 1000;
constexpr uint32_t kMaxEdits = 10'000;
// Creation and modification.
constexpr int64_t kDates = 2;

void skipDates(ByteReader& reader, uint8_t version) { reader.skip(kDates * (version == 1 ? 8 : 4)); }

// 16 bits before the point and 16 behind it.
double readFixedPoint(ByteReader& reader) { return static_cast<double>(reader.u32()) / 65536; }

void readMovieHeader(ByteReader reader, Mp4Movie& movie) {
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  skipDates(reader, version);
  movie.timescale = reader.u32();
  movie.duration = toMp4Duration(readMp4Time(reader, version));
}

void readTrackHeader(ByteReader reader, Mp4Track& track) {
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  skipDates(reader, version);
  track.id = reader.u32();
  reader.skip(4);  // reserved
  track.duration = toMp4Duration(readMp4Time(reader, version));
  // Reserved, layer, alternate_group, volume, reserved, matrix.
  reader.skip(52);
  track.shownWidth = readFixedPoint(reader);
  track.shownHeight = readFixedPoint(reader);
}

void readMediaHeader(ByteReader reader, Mp4Track& track) {
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  skipDates(reader, version);
  track.timescale = reader.u32();
  track.mediaDuration = toMp4Duration(readMp4Time(reader, version));
}

uint32_t readHandler(ByteReader reader) {
  reader.skip(8);  // version, flags, pre_defined
  return reader.u32();
}

std::vector<Mp4Edit> readEdits(ByteReader reader) {
  std::vector<Mp4Edit> edits;
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  const uint32_t count = std::min(reader.u32(), kMaxEdits);
  for (uint32_t i = 0; i < count; i++) {
    Mp4Edit edit;
    edit.duration = readMp4Time(reader, version);
    edit.mediaTime = version == 1 ? static_cast<int64_t>(reader.u64()) : static_cast<int32_t>(reader.u32());
    reader.skip(4);  // media_rate
    if (!reader.complete()) break;
    edits.push_back(edit);
  }
  return edits;
}

uint32_t readSampleCount(ByteReader reader) {
  reader.skip(8);  // version, flags, size of a sample or of a field
  return reader.u32();
}

std::optional<uint64_t> readLastChunk(ByteReader reader, int offsetBytes) {
  reader.skip(4);  // version, flags
  const uint32_t count = reader.u32();
  if (count == 0) return {};
  reader.skip(static_cast<int64_t>(count - 1) * offsetBytes);
  const uint64_t offset = reader.number(offsetBytes);
  return reader.complete() ? std::optional(offset) : std::nullopt;
}

void readSampleTimes(ByteReader reader, int64_t end, Mp4Track& track) {
  reader.skip(4);  // version, flags
  const uint32_t count = reader.u32();
  Mp4DurationCounts counts;
  // Beyond it a sum is no duration, and does not wrap either.
  constexpr uint64_t kTooMany = static_cast<uint64_t>(kMaxOffset) + 1;
  uint64_t sum = 0;
  for (uint32_t i = 0; i < count && reader.position() < end && reader.complete(); i++) {
    const uint64_t samples = reader.u32();
    const uint32_t duration = reader.u32();
    counts.add(duration, samples);
    sum = std::min(sum + std::min(samples * duration, kTooMany), kTooMany);
  }
  track.usualSampleDuration = counts.usual();
  if (!track.mediaDuration) track.mediaDuration = toMp4Duration(sum);
}

// ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1: how many parameter sets, or arrays of them, the configuration holds.
bool holdsParameterSets(ByteReader reader, int64_t countOffset, uint8_t countMask) {
  reader.skip(countOffset);
  const uint8_t count = reader.u8();
  return reader.complete() && (count & countMask) != 0;
}

// Calls `visit` with each box between `begin` and `end` that ends there too.
template <typename Visit>
void visitBoxes(const SparseFile& file, int64_t begin, int64_t end, Visit visit) {
  for (auto box = readMp4Box(file, begin, end); box && box->end <= end; box = readMp4Box(file, box->end, end)) {
    visit(*box);
    if (box->end == box->begin) return;
  }
}

// 12.1.3: the fields of a video's sample entry, then boxes.
Mp4SampleEntry readVideoEntry(const SparseFile& file, const Mp4Box& box) {
  constexpr int64_t kFieldsBytes = 78;
  ByteReader reader(file, box.body);
  Mp4SampleEntry entry;
  entry.type = box.type;
  reader.skip(24);  // reserved, data_reference_index, predefined
  entry.width = reader.u16();
  entry.height = reader.u16();
  visitBoxes(file, box.body + kFieldsBytes, box.end, [&](const Mp4Box& child) {
    const ByteReader body(file, child.body);
    if (child.type == fourCc("pasp")) entry.hasPixelAspect = true;
    if (child.type == fourCc("avcC")) entry.isSelfContained = holdsParameterSets(body, 5, 0x1F);
    if (child.type == fourCc("hvcC")) entry.isSelfContained = holdsParameterSets(body, 22, 0xFF);
    if (child.type == fourCc("av1C")) entry.isSelfContained = true;
  });
  return entry;
}

class TrackReader {
 public:
  explicit TrackReader(const SparseFile& file) : file_(file) {}

  Mp4Track read(const Mp4Box& trak) {
    readBoxes(trak, 0);
    if (times_ && isPresented(track_)) readSampleTimes(ByteReader(file_, times_->body), times_->end, track_);
    if (entry_) {
      track_.sampleEntry.type = entry_->type;
      if (isVideo(track_)) track_.sampleEntry = readVideoEntry(file_, *entry_);
    }
    return track_;
  }

 private:
  static constexpr int kMaxDepth = 4;

  void readBoxes(const Mp4Box& parent, int depth) {
    if (depth > kMaxDepth) return;
    visitBoxes(file_, parent.body, parent.end, [&](const Mp4Box& box) { readBox(box, depth); });
  }

  void readBox(const Mp4Box& box, int depth) {
    const ByteReader body(file_, box.body);
    switch (box.type) {
      case fourCc("stbl"):
        track_.sampleTable = box;
        readBoxes(box, depth + 1);
        break;
      case fourCc("mdia"):
      case fourCc("edts"):
      case fourCc("minf"):
        readBoxes(box, depth + 1);
        break;
      case fourCc("stsd"):
        // Version, flags and the number of entries come before the first.
        entry_ = readMp4Box(file_, box.body + 8, box.end);
        if (entry_ && entry_->end > box.end) entry_.reset();
        break;
      case fourCc("tkhd"):
        readTrackHeader(body, track_);
        break;
      case fourCc("mdhd"):
        readMediaHeader(body, track_);
        break;
      case fourCc("hdlr"):
        // QuickTime has a second one for the data reference in minf.
        if (track_.handler == 0) track_.handler = readHandler(body);
        break;
      case fourCc("elst"):
        track_.edits = readEdits(body);
        break;
      case fourCc("stsz"):
      case fourCc("stz2"):
        track_.samples = readSampleCount(body);
        break;
      case fourCc("stco"):
        track_.lastChunk = readLastChunk(body, 4);
        break;
      case fourCc("co64"):
        track_.lastChunk = readLastChunk(body, 8);
        break;
      case fourCc("stts"):
        times_ = box;
        break;
      default:
        break;
    }
  }

  const SparseFile& file_;
  Mp4Track track_;
  std::optional<Mp4Box> times_;
  std::optional<Mp4Box> entry_;
};

}  // namespace

bool isVideo(const Mp4Track& track) { return track.handler == fourCc("vide"); }

bool isPresented(const Mp4Track& track) { return isVideo(track) || track.handler == fourCc("soun"); }

const Mp4Track* findMp4Track(const Mp4Movie& movie, uint32_t id) {
  const auto track = std::find_if(movie.tracks.begin(), movie.tracks.end(),
                                  [id](const Mp4Track& candidate) { return candidate.id == id; });
  return track == movie.tracks.end() ? nullptr : &*track;
}

bool isPresented(const Mp4Movie& movie, uint32_t trackId) {
  const Mp4Track* track = findMp4Track(movie, trackId);
  return track != nullptr && isPresented(*track);
}

Mp4Movie readMp4MovieHeader(const SparseFile& file, const Mp4Box& moov) {
  Mp4Movie movie;
  const auto header = findMp4Box(file, moov.body, moov.end, fourCc("mvhd"));
  if (header) readMovieHeader(ByteReader(file, header->body), movie);
  return movie;
}

Mp4Movie readMp4Movie(const SparseFile& file, const Mp4Box& moov) {
  Mp4Movie movie = readMp4MovieHeader(file, moov);
  visitBoxes(file, moov.body, moov.end, [&](const Mp4Box& box) {
    if (box.type == fourCc("trak") && movie.tracks.size() < kMaxTracks) {
      movie.tracks.push_back(TrackReader(file).read(box));
    }
  });
  return movie;
}

}  // namespace vigie
