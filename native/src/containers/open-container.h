#pragma once

#include <memory>
#include <optional>

#include "containers/demuxers.h"
#include "containers/limits.h"
#include "io/av-handles.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"
#include "io/sparse-io.h"

namespace vigie {

// A demuxer that has read the container's header, as far as that is in memory.
struct OpenContainer {
  // Declared before `format`, so that it outlives it: libav reads through it until the format is closed.
  std::unique_ptr<SparseIo> io;
  // Empty when libav could not read the header.
  FormatHandle format;
};

OpenContainer openContainer(const SparseFile& file, const Demuxer& demuxer, const Limits& limits, Interrupt& interrupt);

// Reads packets until the codec parameters are known, within the limits. A byte that is not in memory ends it early.
void readCodecParameters(OpenContainer& container);

// The default video stream that is no cover art and, unless none is left, not discarded.
AVStream* findVideoStream(const AVFormatContext& format);
// The default audio stream of the same program; nullptr when there is none.
AVStream* findAudioStream(const AVFormatContext& format, const AVStream& video);
bool isCoverArt(const AVStream& stream);

}  // namespace vigie
