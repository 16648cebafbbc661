#pragma once

#include <cstring>
#include <type_traits>

#include "io/av-handles.h"

namespace vigie {

template <typename Code>
void dropInvalidColor(Code& code, Code count, Code unspecified) {
  std::underlying_type_t<Code> value;
  std::memcpy(&value, &code, sizeof value);
  if (value >= static_cast<std::underlying_type_t<Code>>(count)) code = unspecified;
}

// Demuxers and decoders pass on what a file claims, including numbers that mean nothing; in C++ an enum with such a
// value may not even be read. `Holder`: AVCodecParameters or AVCodecContext.
template <typename Holder>
void dropInvalidColors(Holder& holder) {
  dropInvalidColor(holder.color_primaries, AVCOL_PRI_NB, AVCOL_PRI_UNSPECIFIED);
  dropInvalidColor(holder.color_trc, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED);
  if constexpr (std::is_same_v<Holder, AVCodecContext>) {
    dropInvalidColor(holder.colorspace, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
  } else {
    dropInvalidColor(holder.color_space, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
  }
  dropInvalidColor(holder.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED);
}

}  // namespace vigie
