#pragma once

#include "containers/demuxers.h"
#include "containers/mp4/mp4-layout.h"
#include "describe/media.h"
#include "io/sparse-file.h"

namespace vigie {

ContainerFacts readContainerFacts(const SparseFile& file, const Demuxer& demuxer, const AVFormatContext& format,
                                  const Mp4Layout& mp4);

}  // namespace vigie
