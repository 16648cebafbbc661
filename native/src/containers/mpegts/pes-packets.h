#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "containers/mpegts/ts-packets.h"

namespace vigie {

// A packet of one elementary stream.
struct PesPacket {
  // When it is to be decoded, in units of 1/90,000 s.
  std::optional<int64_t> time;
  std::vector<uint8_t> payload;
};

// Whether a PES packet of audio, video or private data begins here.
bool startsPes(const TsPacket& packet);
bool startsVideoPes(const TsPacket& packet);

// Those of the stream `pid` that begin in `bytes` of a transport stream. The last may be cut short.
std::vector<PesPacket> readPesPackets(ByteView bytes, uint16_t pid);

}  // namespace vigie
