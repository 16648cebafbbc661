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

// The same of packets as they lie in the file: libav's parsers, which split and join them, also overwrite what the
// header says of a stream.
template <typename Visit>
void visitUnparsedPackets(OpenContainer& container, int maxPackets, Visit visit) {
  AVFormatContext& format = *container.format;
  format.flags |= AVFMT_FLAG_NOPARSE;
  visitPackets(container, maxPackets, visit);
  format.flags &= ~AVFMT_FLAG_NOPARSE;
}

}  // namespace vigie
