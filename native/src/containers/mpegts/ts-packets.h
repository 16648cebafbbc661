#pragma once

#include <cstdint>
#include <optional>

#include "io/sparse-file.h"

namespace vigie {

// ISO/IEC 13818-1, 2.4.3.2.
struct TsPacket {
  uint16_t pid;
  // A packet of the elementary stream (PES) begins here.
  bool startsUnit;
  ByteView payload;
};

// Goes through the transport packets of some bytes, which may begin anywhere. Packets of 188 bytes, also with a time
// stamp before (192, Blu-ray and AVCHD) or a check sum behind (204); what is between them is skipped.
class TsPacketReader {
 public:
  explicit TsPacketReader(ByteView bytes) : bytes_(bytes) {}

  // Nothing at the end. A packet without payload, or a scrambled one, has an empty payload.
  std::optional<TsPacket> next();

 private:
  bool isSynchronizedAt(size_t offset, size_t stride) const;
  bool synchronize();

  ByteView bytes_;
  size_t offset_ = 0;
  // 0: not synchronized.
  size_t stride_ = 0;
};

}  // namespace vigie
