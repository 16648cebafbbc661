#include "containers/mpegts/pes-packets.h"

namespace vigie {
namespace {

// ISO/IEC 13818-1, 2.4.3.7.
constexpr size_t kFixedHeaderBytes = 9;
constexpr size_t kTimeBytes = 5;
constexpr uint8_t kHasPresentationTime = 0x80;
constexpr uint8_t kHasDecodingTime = 0x40;

// 33 bits in three parts, a marker bit behind each.
int64_t readTime(const uint8_t* bytes) {
  return int64_t{bytes[0] >> 1 & 7} << 30 | int64_t{bytes[1]} << 22 | int64_t{bytes[2] >> 1} << 15 |
         int64_t{bytes[3]} << 7 | bytes[4] >> 1;
}

PesPacket readPesStart(ByteView payload) {
  PesPacket packet;
  if (payload.size < kFixedHeaderBytes) return packet;
  const uint8_t flags = payload.data[7];
  const size_t headerEnd = kFixedHeaderBytes + payload.data[8];
  if (headerEnd > payload.size) return packet;
  const bool hasDecodingTime = (flags & kHasDecodingTime) != 0;
  const size_t timeBegin = kFixedHeaderBytes + (hasDecodingTime ? kTimeBytes : 0);
  if ((flags & kHasPresentationTime) && timeBegin + kTimeBytes <= headerEnd) {
    packet.time = readTime(payload.data + timeBegin);
  }
  packet.payload.assign(payload.data + headerEnd, payload.data + payload.size);
  return packet;
}

}  // namespace

bool startsPes(const TsPacket& packet) {
  const ByteView& payload = packet.payload;
  if (!packet.startsUnit || payload.size < kFixedHeaderBytes) return false;
  constexpr uint8_t kFirstStream = 0xBC;
  return payload.data[0] == 0 && payload.data[1] == 0 && payload.data[2] == 1 && payload.data[3] >= kFirstStream;
}

bool startsVideoPes(const TsPacket& packet) {
  constexpr uint8_t kVideoStreams = 0xE0;
  constexpr uint8_t kNumberBits = 0x0F;
  return startsPes(packet) && (packet.payload.data[3] & ~kNumberBits) == kVideoStreams;
}

std::vector<PesPacket> readPesPackets(ByteView bytes, uint16_t pid) {
  std::vector<PesPacket> packets;
  TsPacketReader reader(bytes);
  while (const auto packet = reader.next()) {
    if (packet->pid != pid) continue;
    if (startsPes(*packet)) {
      packets.push_back(readPesStart(packet->payload));
    } else if (!packets.empty()) {
      auto& payload = packets.back().payload;
      payload.insert(payload.end(), packet->payload.data, packet->payload.data + packet->payload.size);
    }
  }
  return packets;
}

}  // namespace vigie
