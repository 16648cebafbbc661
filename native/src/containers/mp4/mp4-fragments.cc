#include "containers/mp4/mp4-fragments.h"

#include <algorithm>

#include "io/byte-reader.h"
#include "io/next-range.h"

namespace vigie {
namespace {

constexpr int64_t kTailBytes = 32 * 1024;
constexpr int64_t kMoofBytes = 32 * 1024;
constexpr uint32_t kMaxEntries = 100'000;
constexpr int kMaxBoxesAfterLastMoof = 64;

// ISO/IEC 14496-12, 8.8.7 and 8.8.8: optional fields are announced by flags.
constexpr uint32_t kTfhdBaseDataOffset = 0x01;
constexpr uint32_t kTfhdDescriptionIndex = 0x02;
constexpr uint32_t kTfhdDefaultDuration = 0x08;
constexpr uint32_t kTrunDataOffset = 0x001;
constexpr uint32_t kTrunFirstSampleFlags = 0x004;
constexpr uint32_t kTrunSampleDuration = 0x100;
constexpr uint32_t kTrunSampleSize = 0x200;
constexpr uint32_t kTrunSampleFlags = 0x400;
constexpr uint32_t kTrunCompositionOffset = 0x800;

struct FullBoxHeader {
  uint8_t version;
  uint32_t flags;
};

FullBoxHeader readFullBoxHeader(ByteReader& reader) {
  const uint32_t word = reader.u32();
  return {static_cast<uint8_t>(word >> 24), word & 0xFFFFFF};
}

uint64_t readTime(ByteReader& reader, uint8_t version) { return version == 1 ? reader.u64() : reader.u32(); }

std::optional<Duration> toDuration(uint64_t units, int64_t timescale, DurationSource source) {
  if (units == 0 || timescale <= 0) return {};
  return Duration{static_cast<double>(units) / static_cast<double>(timescale), source};
}

std::optional<Duration> readMehd(const SparseFile& file, const Mp4Box& moov, const Mp4Box& mvex) {
  const auto mehd = findMp4Box(file, mvex.body, mvex.end, fourCc("mehd"));
  const auto mvhd = findMp4Box(file, moov.body, moov.end, fourCc("mvhd"));
  if (!mehd || !mvhd) return {};
  ByteReader duration(file, mehd->body);
  const uint64_t units = readTime(duration, readFullBoxHeader(duration).version);
  ByteReader movie(file, mvhd->body);
  const int timeFields = 2;
  movie.skip(readFullBoxHeader(movie).version == 1 ? timeFields * 8 : timeFields * 4);
  const uint32_t timescale = movie.u32();
  if (!duration.complete() || !movie.complete()) return {};
  return toDuration(units, timescale, DurationSource::header);
}

std::optional<Duration> readSidx(const SparseFile& file, const Mp4Box& sidx) {
  ByteReader reader(file, sidx.body);
  const uint8_t version = readFullBoxHeader(reader).version;
  reader.skip(4);  // reference_ID
  const uint32_t timescale = reader.u32();
  readTime(reader, version);  // earliest_presentation_time
  readTime(reader, version);  // first_offset
  reader.skip(2);             // reserved
  const uint16_t count = reader.u16();
  uint64_t units = 0;
  for (int i = 0; i < count && reader.complete(); i++) {
    reader.skip(4);  // reference_type, referenced_size
    units += reader.u32();
    reader.skip(4);  // SAP
  }
  if (!reader.complete()) return {};
  return toDuration(units, timescale, DurationSource::index);
}

std::optional<Need> missingSidx(const SparseFile& file, const Mp4Box& sidx) {
  const int64_t missing = file.firstMissing(sidx.begin);
  if (missing >= sidx.end || file.endsAt(missing)) return {};
  return nextRange(file, missing, sidx.end);
}

std::optional<uint32_t> readTrexDuration(const SparseFile& file, const Mp4Box& mvex, uint32_t trackId) {
  int64_t offset = mvex.body;
  while (const auto trex = findMp4Box(file, offset, mvex.end, fourCc("trex"))) {
    ByteReader reader(file, trex->body);
    reader.skip(4);  // version, flags
    const uint32_t id = reader.u32();
    reader.skip(4);  // default_sample_description_index
    const uint32_t duration = reader.u32();
    if (reader.complete() && id == trackId) return duration;
    offset = trex->end;
  }
  return {};
}

struct FragmentTimes {
  // Decoding time of the first sample.
  std::optional<uint64_t> begin;
  uint64_t duration = 0;
  uint32_t samples = 0;
  // From decoding to showing the first sample.
  uint32_t compositionOffset = 0;
};

std::optional<FragmentTimes> readTrun(const SparseFile& file, const Mp4Box& trun, uint32_t defaultDuration) {
  ByteReader reader(file, trun.body);
  const uint32_t flags = readFullBoxHeader(reader).flags;
  const uint32_t count = reader.u32();
  if (!reader.complete() || count > kMaxEntries) return {};
  if (flags & kTrunDataOffset) reader.skip(4);
  if (flags & kTrunFirstSampleFlags) reader.skip(4);
  FragmentTimes times;
  times.samples = count;
  const bool hasList = flags & (kTrunSampleDuration | kTrunSampleSize | kTrunSampleFlags | kTrunCompositionOffset);
  if (!hasList) {
    times.duration = uint64_t{count} * defaultDuration;
    return times;
  }
  for (uint32_t i = 0; i < count && reader.complete(); i++) {
    times.duration += flags & kTrunSampleDuration ? reader.u32() : defaultDuration;
    if (flags & kTrunSampleSize) reader.skip(4);
    if (flags & kTrunSampleFlags) reader.skip(4);
    const uint32_t compositionOffset = flags & kTrunCompositionOffset ? reader.u32() : 0;
    if (i == 0) times.compositionOffset = compositionOffset;
  }
  return reader.complete() ? std::optional(times) : std::nullopt;
}

std::optional<FragmentTimes> readTraf(const SparseFile& file, const Mp4Box& traf, uint32_t trackId,
                                      uint32_t trexDuration) {
  const auto tfhd = findMp4Box(file, traf.body, traf.end, fourCc("tfhd"));
  if (!tfhd) return {};
  ByteReader header(file, tfhd->body);
  const uint32_t flags = readFullBoxHeader(header).flags;
  if (header.u32() != trackId) return {};
  if (flags & kTfhdBaseDataOffset) header.skip(8);
  if (flags & kTfhdDescriptionIndex) header.skip(4);
  const uint32_t sampleDuration = flags & kTfhdDefaultDuration ? header.u32() : trexDuration;
  if (!header.complete()) return {};

  FragmentTimes times;
  if (const auto tfdt = findMp4Box(file, traf.body, traf.end, fourCc("tfdt"))) {
    ByteReader reader(file, tfdt->body);
    times.begin = readTime(reader, readFullBoxHeader(reader).version);
    if (!reader.complete()) return {};
  }
  int64_t offset = traf.body;
  while (const auto trun = findMp4Box(file, offset, traf.end, fourCc("trun"))) {
    const auto run = readTrun(file, *trun, sampleDuration);
    if (!run) return {};
    if (times.samples == 0) times.compositionOffset = run->compositionOffset;
    times.duration += run->duration;
    times.samples += run->samples;
    offset = trun->end;
  }
  return times;
}

std::optional<FragmentTimes> readFragment(const SparseFile& file, const Mp4Box& moof, uint32_t trackId,
                                          uint32_t trexDuration) {
  int64_t offset = moof.body;
  while (const auto traf = findMp4Box(file, offset, moof.end, fourCc("traf"))) {
    if (const auto times = readTraf(file, *traf, trackId, trexDuration)) return times;
    offset = traf->end;
  }
  return {};
}

// Whether a few boxes follow each other from `offset` to the file's very end; the letters "moof" somewhere in the media
// data do not begin such a chain.
bool reachesFileEnd(const SparseFile& file, int64_t offset) {
  for (int i = 0; i < kMaxBoxesAfterLastMoof && !file.endsAt(offset); i++) {
    const auto box = readMp4Box(file, offset, *file.size());
    if (!box) return false;
    offset = box->end;
  }
  return offset == *file.size();
}

std::optional<int64_t> findMoofInTail(const SparseFile& file, uint32_t trackId) {
  for (int64_t offset = *file.size() - 8; offset >= std::max<int64_t>(0, *file.size() - kTailBytes); offset--) {
    ByteReader reader(file, offset + 4);
    if (reader.u32() != fourCc("moof") || !reachesFileEnd(file, offset)) continue;
    if (readFragment(file, *readMp4Box(file, offset, *file.size()), trackId, 0)) return offset;
  }
  return {};
}

// The movie fragment random access box (mfra) ends with its own size and lists where fragments begin.
std::optional<int64_t> findMoofByIndex(const SparseFile& file, uint32_t trackId) {
  const int64_t fileEnd = *file.size();
  ByteReader mfro(file, fileEnd - 4);
  const int64_t mfraBegin = fileEnd - mfro.u32();
  const auto mfra = mfraBegin > 0 ? readMp4Box(file, mfraBegin, fileEnd) : std::nullopt;
  if (!mfra || mfra->type != fourCc("mfra")) return {};
  int64_t offset = mfra->body;
  while (const auto tfra = findMp4Box(file, offset, mfra->end, fourCc("tfra"))) {
    offset = tfra->end;
    ByteReader reader(file, tfra->body);
    const uint8_t version = readFullBoxHeader(reader).version;
    if (reader.u32() != trackId) continue;
    const uint32_t lengthSizes = reader.u32();
    const uint32_t count = reader.u32();
    // Numbers of traf, trun and sample, each one byte longer than its two bits say.
    const int64_t numberBytes = 3 + (lengthSizes >> 4 & 3) + (lengthSizes >> 2 & 3) + (lengthSizes & 3);
    const int64_t entryBytes = (version == 1 ? 16 : 8) + numberBytes;
    if (count == 0 || count > kMaxEntries) return {};
    reader.skip(entryBytes * (count - 1));
    readTime(reader, version);
    const uint64_t moofOffset = readTime(reader, version);
    if (reader.complete() && moofOffset < static_cast<uint64_t>(mfraBegin)) return static_cast<int64_t>(moofOffset);
  }
  return {};
}

DurationResult lastFragmentDuration(const SparseFile& file, int64_t moofOffset, uint32_t trackId, uint32_t trexDuration,
                                    int64_t timescale) {
  const int64_t missing = file.firstMissing(moofOffset);
  if (missing == moofOffset) return nextRange(file, moofOffset, moofOffset + kMoofBytes);
  const auto moof = readMp4Box(file, moofOffset, *file.size());
  if (!moof || moof->type != fourCc("moof") || moof->end > *file.size()) return std::nullopt;
  if (missing < moof->end) return nextRange(file, missing, moof->end);
  const auto times = readFragment(file, *moof, trackId, trexDuration);
  if (!times || !times->begin) return std::nullopt;
  return toDuration(*times->begin + times->duration, timescale, DurationSource::index);
}

// As if every fragment were as dense as the first.
std::optional<Duration> estimateFromFirstFragment(const SparseFile& file, const Mp4Box& moof, uint32_t trackId,
                                                  uint32_t trexDuration, int64_t timescale) {
  const auto times = readFragment(file, moof, trackId, trexDuration);
  const auto mdat = readMp4Box(file, moof.end, *file.size());
  if (!times || !mdat || mdat->end > *file.size()) return {};
  auto duration = toDuration(times->duration, timescale, DurationSource::estimate);
  if (duration) {
    duration->seconds *= static_cast<double>(*file.size() - moof.begin) / static_cast<double>(mdat->end - moof.begin);
  }
  return duration;
}

// Where another track begins at 0, a file lasts until the last picture is shown, and not only until it is decoded. An
// edit list would cut the difference off.
double compositionSeconds(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId, int64_t timescale) {
  int tracks = 0;
  int64_t offset = layout.moov->body;
  while (const auto trak = findMp4Box(file, offset, layout.moov->end, fourCc("trak"))) {
    if (findMp4Box(file, trak->body, trak->end, fourCc("edts"))) return 0;
    tracks++;
    offset = trak->end;
  }
  if (tracks < 2 || !layout.firstMoof) return 0;
  const auto times = readFragment(file, *layout.firstMoof, trackId, 0);
  return times && timescale > 0 ? times->compositionOffset / static_cast<double>(timescale) : 0;
}

DurationResult measuredDuration(const SparseFile& file, const Mp4Layout& layout, const Mp4Box& mvex, uint32_t trackId,
                                int64_t timescale) {
  if (!file.size()) return std::nullopt;
  if (const auto tail = missingTail(file, kTailBytes)) return *tail;
  const uint32_t trexDuration = readTrexDuration(file, mvex, trackId).value_or(0);
  auto lastMoof = findMoofInTail(file, trackId);
  if (!lastMoof) lastMoof = findMoofByIndex(file, trackId);
  if (lastMoof) {
    const DurationResult result = lastFragmentDuration(file, *lastMoof, trackId, trexDuration, timescale);
    if (std::holds_alternative<Need>(result) || std::get<0>(result)) return result;
  }
  if (!layout.firstMoof) return std::nullopt;
  return estimateFromFirstFragment(file, *layout.firstMoof, trackId, trexDuration, timescale);
}

}  // namespace

DurationResult fragmentedDuration(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId,
                                  int64_t timescale) {
  const auto mvex = findMp4Box(file, layout.moov->body, layout.moov->end, fourCc("mvex"));
  if (!mvex) return std::nullopt;
  if (const auto duration = readMehd(file, *layout.moov, *mvex)) return duration;
  if (layout.firstSidx) {
    if (const auto need = missingSidx(file, *layout.firstSidx)) return *need;
    if (const auto duration = readSidx(file, *layout.firstSidx)) return duration;
  }
  DurationResult result = measuredDuration(file, layout, *mvex, trackId, timescale);
  if (auto* duration = std::get_if<std::optional<Duration>>(&result); duration && *duration) {
    (*duration)->seconds += compositionSeconds(file, layout, trackId, timescale);
  }
  return result;
}

std::optional<Need> missingFragmentIndex(const SparseFile& file, const Mp4Layout& layout) {
  const auto mvex = findMp4Box(file, layout.moov->body, layout.moov->end, fourCc("mvex"));
  if (!mvex || readMehd(file, *layout.moov, *mvex)) return {};
  if (layout.firstSidx) return missingSidx(file, *layout.firstSidx);
  return missingTail(file, kTailBytes);
}

std::optional<double> fragmentedFrameRate(const SparseFile& file, const Mp4Layout& layout, uint32_t trackId,
                                          int64_t timescale) {
  if (!layout.moov || !layout.firstMoof) return {};
  const auto mvex = findMp4Box(file, layout.moov->body, layout.moov->end, fourCc("mvex"));
  if (!mvex) return {};
  const uint32_t trexDuration = readTrexDuration(file, *mvex, trackId).value_or(0);
  const auto times = readFragment(file, *layout.firstMoof, trackId, trexDuration);
  if (!times || times->duration == 0) return {};
  return static_cast<double>(times->samples) * static_cast<double>(timescale) / static_cast<double>(times->duration);
}

}  // namespace vigie
