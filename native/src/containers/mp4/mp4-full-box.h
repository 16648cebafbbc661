#pragma once

#include <cstdint>
#include <optional>

#include "io/byte-reader.h"
#include "io/sparse-file.h"

namespace vigie {

// ISO/IEC 14496-12, 4.2: many boxes begin with a version and flags.
struct Mp4FullBoxHeader {
  uint8_t version;
  uint32_t flags;
};

inline Mp4FullBoxHeader readMp4FullBoxHeader(ByteReader& reader) {
  const uint32_t word = reader.u32();
  return {static_cast<uint8_t>(word >> 24), word & 0xFFFFFF};
}

// Times and offsets have 64 bits in version 1, else 32.
inline uint64_t readMp4Time(ByteReader& reader, uint8_t version) { return version == 1 ? reader.u64() : reader.u32(); }

// All ones or zero: not known (8.2.2).
inline std::optional<uint64_t> toMp4Duration(uint64_t units) {
  if (units == 0 || units == UINT32_MAX || units > static_cast<uint64_t>(kMaxOffset)) return {};
  return units;
}

}  // namespace vigie
