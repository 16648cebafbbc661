#pragma once

#include <new>

#include "containers/open-container.h"

namespace vigie {

// Calls `visit` with one packet after the other, as far as they are in memory, until it returns true.
template <typename Visit>
void visitPackets(OpenContainer& container, int maxPackets, Visit visit) {
  PacketHandle packet(av_packet_alloc());
  if (!packet) throw std::bad_alloc();
  for (int i = 0; i < maxPackets; i++) {
    if (av_read_frame(container.format.get(), packet.get()) < 0) return;
    const bool done = visit(*packet);
    av_packet_unref(packet.get());
    if (done) return;
  }
}

}  // namespace vigie
