#include "containers/mp4/mp4-random-access.h"

#include <algorithm>
#include <optional>

#include "containers/mp4/mp4-full-box.h"
#include "containers/mp4/mp4-layout.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

constexpr uint32_t kMaxEntries = 1'000'000;
constexpr int64_t kMfroSizeBytes = 4;

std::optional<Mp4RandomAccess> readLastEntry(const SparseFile& file, const Mp4Box& tfra) {
  ByteReader reader(file, tfra.body);
  const uint8_t version = readMp4FullBoxHeader(reader).version;
  Mp4RandomAccess last;
  last.trackId = reader.u32();
  const uint32_t lengthSizes = reader.u32();
  const uint32_t count = reader.u32();
  if (count == 0 || count > kMaxEntries) return {};
  // Numbers of traf, trun and sample, each one byte longer than its two bits say.
  const int64_t numberBytes = 3 + (lengthSizes >> 4 & 3) + (lengthSizes >> 2 & 3) + (lengthSizes & 3);
  const int64_t entryBytes = (version == 1 ? 16 : 8) + numberBytes;
  reader.skip(entryBytes * (count - 1));
  last.time = readMp4Time(reader, version);
  const uint64_t moof = readMp4Time(reader, version);
  if (!reader.complete() || moof >= static_cast<uint64_t>(tfra.begin)) return {};
  last.moof = static_cast<int64_t>(moof);
  return last;
}

}  // namespace

std::vector<Mp4RandomAccess> readLastRandomAccesses(const SparseFile& file, const Mp4Movie& movie) {
  std::vector<Mp4RandomAccess> accesses;
  const int64_t fileEnd = file.sizeOrMax();
  // The last box states the size of the whole mfra.
  ByteReader mfro(file, fileEnd - kMfroSizeBytes);
  const int64_t mfraBegin = fileEnd - mfro.u32();
  const auto mfra = mfraBegin > 0 && mfro.complete() ? readMp4Box(file, mfraBegin, fileEnd) : std::nullopt;
  if (!mfra || mfra->type != fourCc("mfra")) return accesses;
  int64_t offset = mfra->body;
  while (const auto tfra = findMp4Box(file, offset, mfra->end, fourCc("tfra"))) {
    offset = tfra->end;
    const auto last = readLastEntry(file, *tfra);
    if (last && isPresented(movie, last->trackId)) accesses.push_back(*last);
  }
  std::sort(accesses.begin(), accesses.end(),
            [](const Mp4RandomAccess& a, const Mp4RandomAccess& b) { return a.moof < b.moof; });
  return accesses;
}

}  // namespace vigie
