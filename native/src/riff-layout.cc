#include "riff-layout.h"

namespace vigie {

bool isRiffTruncated(const SparseFile& file) {
  constexpr int64_t kHeaderBytes = 8;
  uint8_t size[4] = {};
  if (!file.size() || file.read(4, size, sizeof size) < sizeof size) return false;
  const int64_t chunkBytes = size[0] | size[1] << 8 | size[2] << 16 | static_cast<int64_t>(size[3]) << 24;
  return chunkBytes == 0 || kHeaderBytes + chunkBytes > *file.size();
}

}  // namespace vigie
