#include "containers/raw/dv-reader.h"

#include "containers/bit-rate.h"
#include "io/byte-reader.h"

namespace vigie {
namespace {

// IEC 61834-2 and SMPTE 314M: a frame of 25 Mbit/s has 12 sequences of 12,000 bytes for 25 frames a second, 10 for 30;
// one of 50 Mbit/s has twice as many.
constexpr double kSequenceBytes = 12'000;

std::optional<double> readFrameBytes(const SparseFile& file, bool is25) {
  // In the source pack of the first video section.
  constexpr int64_t kSignalTypeOffset = 5 * 80 + 48 + 3;
  constexpr uint8_t kRate25 = 0;
  constexpr uint8_t kRate50 = 4;
  ByteReader reader(file, kSignalTypeOffset);
  const uint8_t signalType = reader.u8() & 0x1F;
  if (!reader.complete() || (signalType != kRate25 && signalType != kRate50)) return {};
  return kSequenceBytes * (is25 ? 12 : 10) * (signalType == kRate50 ? 2 : 1);
}

}  // namespace

bool DvReader::has25Frames() const {
  constexpr int64_t kFieldSystemOffset = 3;
  constexpr uint8_t kIs25 = 0x80;
  return (ByteReader(file(), kFieldSystemOffset).u8() & kIs25) != 0;
}

std::optional<double> DvReader::findFrameRate(const AVStream&) const { return has25Frames() ? 25 : 30'000.0 / 1001; }

// Of whole frames, sound included, as they lie in the file.
std::optional<int64_t> DvReader::correctBitRate(std::optional<int64_t> stated, const AVStream& video,
                                                const std::optional<Duration>&) const {
  const auto frameBytes = readFrameBytes(file(), has25Frames());
  return frameBytes ? toBitRate(*frameBytes * 8 * *findFrameRate(video)) : stated;
}

DurationResult DvReader::findDuration(OpenContainer&, const AVStream& video, const Limits&) const {
  const auto frameBytes = readFrameBytes(file(), has25Frames());
  if (!frameBytes || !file().size()) return std::nullopt;
  const double frames = static_cast<double>(*file().size()) / *frameBytes;
  return Duration{frames / *findFrameRate(video), DurationSource::estimate};
}

}  // namespace vigie
