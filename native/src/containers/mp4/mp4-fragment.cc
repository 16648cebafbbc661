#include "containers/mp4/mp4-fragment.h"

#include <algorithm>

#include "containers/mp4/mp4-full-box.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr uint32_t kMaxSamples = 100'000;
constexpr size_t kMaxRuns = 1000;

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

// Adds samples to a run in the order they are decoded.
class RunTimes {
 public:
  explicit RunTimes(Mp4FragmentRun& run) : run_(run) {}

  void add(uint32_t duration, int32_t compositionOffset) {
    const auto decoded = static_cast<int64_t>(run_.duration);
    const int64_t shown = decoded + compositionOffset;
    run_.shownFrom = run_.samples == 0 ? shown : std::min(run_.shownFrom, shown);
    run_.shownUntil = std::max(run_.shownUntil, shown + duration);
    run_.duration += duration;
    run_.samples++;
    run_.sampleDurations.add(duration, 1);
  }
  void addEqual(uint32_t samples, uint32_t duration) {
    if (samples == 0) return;
    if (run_.samples == 0) run_.shownFrom = 0;
    run_.duration += uint64_t{samples} * duration;
    run_.samples += samples;
    run_.shownUntil = std::max(run_.shownUntil, static_cast<int64_t>(run_.duration));
    run_.sampleDurations.add(duration, samples);
  }

 private:
  Mp4FragmentRun& run_;
};

// False if it is damaged.
bool addTrun(ByteReader reader, uint32_t defaultDuration, Mp4FragmentRun& run) {
  const uint32_t flags = readMp4FullBoxHeader(reader).flags;
  const uint32_t count = reader.u32();
  if (!reader.complete() || count > kMaxSamples || run.samples > kMaxSamples) return false;
  if (flags & kTrunDataOffset) reader.skip(4);
  if (flags & kTrunFirstSampleFlags) reader.skip(4);
  RunTimes times(run);
  if ((flags & (kTrunSampleDuration | kTrunCompositionOffset | kTrunSampleSize | kTrunSampleFlags)) == 0) {
    times.addEqual(count, defaultDuration);
    return true;
  }
  for (uint32_t i = 0; i < count && reader.complete(); i++) {
    const uint32_t duration = flags & kTrunSampleDuration ? reader.u32() : defaultDuration;
    if (flags & kTrunSampleSize) reader.skip(4);
    if (flags & kTrunSampleFlags) reader.skip(4);
    // Signed in version 1 only, but writers of version 0 mean the same by numbers from 2^31 on.
    times.add(duration, flags & kTrunCompositionOffset ? static_cast<int32_t>(reader.u32()) : 0);
  }
  return reader.complete();
}

std::optional<Mp4FragmentRun> readTraf(const SparseFile& file, const Mp4Box& traf, const Mp4SampleDurations& defaults) {
  const auto tfhd = findMp4Box(file, traf.body, traf.end, fourCc("tfhd"));
  if (!tfhd) return {};
  ByteReader header(file, tfhd->body);
  const uint32_t flags = readMp4FullBoxHeader(header).flags;
  Mp4FragmentRun run;
  run.trackId = header.u32();
  if (flags & kTfhdBaseDataOffset) header.skip(8);
  if (flags & kTfhdDescriptionIndex) header.skip(4);
  const auto known = defaults.find(run.trackId);
  uint32_t sampleDuration = known == defaults.end() ? 0 : known->second;
  if (flags & kTfhdDefaultDuration) sampleDuration = header.u32();
  if (!header.complete()) return {};

  if (const auto tfdt = findMp4Box(file, traf.body, traf.end, fourCc("tfdt"))) {
    ByteReader reader(file, tfdt->body);
    const uint64_t begin = readMp4Time(reader, readMp4FullBoxHeader(reader).version);
    if (!reader.complete()) return {};
    if (begin <= static_cast<uint64_t>(kMaxOffset)) run.begin = begin;
  }
  int64_t offset = traf.body;
  while (const auto trun = findMp4Box(file, offset, traf.end, fourCc("trun"))) {
    if (!addTrun(ByteReader(file, trun->body), sampleDuration, run)) return {};
    offset = trun->end;
  }
  return run;
}

}  // namespace

Mp4SampleDurations readSampleDurations(const SparseFile& file, const Mp4Box& mvex) {
  Mp4SampleDurations durations;
  int64_t offset = mvex.body;
  while (const auto trex = findMp4Box(file, offset, mvex.end, fourCc("trex"))) {
    ByteReader reader(file, trex->body);
    reader.skip(4);  // version, flags
    const uint32_t trackId = reader.u32();
    reader.skip(4);  // default_sample_description_index
    const uint32_t duration = reader.u32();
    if (!reader.complete() || durations.size() >= kMaxRuns) break;
    durations[trackId] = duration;
    offset = trex->end;
  }
  return durations;
}

std::optional<Mp4Fragment> readMp4Fragment(const SparseFile& file, const Mp4Box& moof,
                                           const Mp4SampleDurations& defaults) {
  if (!file.holds(moof.begin, moof.end)) return {};
  Mp4Fragment fragment;
  if (const auto mfhd = findMp4Box(file, moof.body, moof.end, fourCc("mfhd"))) {
    ByteReader reader(file, mfhd->body + 4);
    fragment.sequence = reader.u32();
  }
  int64_t offset = moof.body;
  while (const auto traf = findMp4Box(file, offset, moof.end, fourCc("traf"))) {
    if (const auto run = readTraf(file, *traf, defaults)) fragment.runs.push_back(*run);
    offset = traf->end;
    if (fragment.runs.size() >= kMaxRuns) break;
  }
  if (fragment.runs.empty()) return {};
  return fragment;
}

}  // namespace vigie
