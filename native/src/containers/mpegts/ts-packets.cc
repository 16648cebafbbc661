#include "containers/mpegts/ts-packets.h"

namespace vigie {
namespace {

constexpr uint8_t kSyncByte = 0x47;
constexpr size_t kPacketBytes = 188;
constexpr size_t kStrides[] = {188, 192, 204};
// Sync bytes in a row that are no accident.
constexpr size_t kPacketsToSee = 4;

TsPacket readPacket(const uint8_t* packet) {
  const auto pid = static_cast<uint16_t>((packet[1] & 0x1F) << 8 | packet[2]);
  const bool startsUnit = (packet[1] & 0x40) != 0;
  const bool isScrambled = (packet[3] & 0xC0) != 0;
  const bool hasAdaptation = (packet[3] & 0x20) != 0;
  const bool hasPayload = (packet[3] & 0x10) != 0;
  const size_t begin = hasAdaptation ? size_t{5} + packet[4] : size_t{4};
  if (isScrambled || !hasPayload || begin >= kPacketBytes) return {pid, startsUnit, {}};
  return {pid, startsUnit, {packet + begin, kPacketBytes - begin}};
}

}  // namespace

bool TsPacketReader::isSynchronizedAt(size_t offset, size_t stride) const {
  size_t seen = 0;
  for (size_t at = offset; at < bytes_.size && seen < kPacketsToSee; at += stride, seen++) {
    if (bytes_.data[at] != kSyncByte) return false;
  }
  return seen >= 2;
}

bool TsPacketReader::synchronize() {
  for (; offset_ + kPacketBytes <= bytes_.size; offset_++) {
    if (bytes_.data[offset_] != kSyncByte) continue;
    for (const size_t stride : kStrides) {
      if (!isSynchronizedAt(offset_, stride)) continue;
      stride_ = stride;
      return true;
    }
  }
  return false;
}

std::optional<TsPacket> TsPacketReader::next() {
  if (offset_ + kPacketBytes > bytes_.size) return {};
  if (stride_ == 0 || bytes_.data[offset_] != kSyncByte) {
    stride_ = 0;
    if (!synchronize()) return {};
  }
  const TsPacket packet = readPacket(bytes_.data + offset_);
  offset_ += stride_;
  return packet;
}

}  // namespace vigie
