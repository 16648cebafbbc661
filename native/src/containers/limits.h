#pragma once

#include <cstdint>

namespace vigie {

struct Limits {
  // Bytes that may be read through to find codec parameters which no header states (MPEG-TS, FLV, raw streams).
  int64_t probeSizeBytes;
  int maxStreams;
  int maxPackets;
};

}  // namespace vigie
