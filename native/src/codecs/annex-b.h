#pragma once

#include <algorithm>
#include <iterator>

#include "io/sparse-file.h"

namespace vigie {

// Calls `visit` with what lies between the start codes of MPEG video, H.264 or HEVC (00 00 01), one after the other,
// until it returns false. The last may be cut short.
template <typename Visit>
void visitStartCodes(ByteView stream, Visit visit) {
  constexpr uint8_t kStartCode[] = {0, 0, 1};
  const uint8_t* end = stream.data + stream.size;
  const auto nextStart = [&](const uint8_t* from) {
    return std::search(from, end, std::begin(kStartCode), std::end(kStartCode));
  };
  const uint8_t* start = nextStart(stream.data);
  while (start != end) {
    start += std::size(kStartCode);
    const uint8_t* next = nextStart(start);
    if (!visit(ByteView{start, static_cast<size_t>(next - start)})) return;
    start = next;
  }
}

}  // namespace vigie
