#include "containers/riff/riff-layout.h"

namespace vigie {
namespace {

std::optional<int64_t> readLittleEndian32(const SparseFile& file, int64_t offset) {
  uint8_t bytes[4] = {};
  if (file.read(offset, bytes, sizeof bytes) < sizeof bytes) return {};
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | static_cast<int64_t>(bytes[3]) << 24;
}

}  // namespace

bool isRiffTruncated(const SparseFile& file) {
  constexpr int64_t kHeaderBytes = 8;
  const auto chunkBytes = readLittleEndian32(file, 4);
  if (!file.size() || !chunkBytes) return false;
  return *chunkBytes == 0 || kHeaderBytes + *chunkBytes > *file.size();
}

bool statesAviDuration(const SparseFile& file) {
  // RIFF and LIST headers, then the main header: its fifth number is the count of frames.
  constexpr int64_t kTotalFramesOffset = 48;
  return readLittleEndian32(file, kTotalFramesOffset).value_or(1) != 0;
}

}  // namespace vigie
