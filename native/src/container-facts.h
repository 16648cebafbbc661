#pragma once

#include "demuxers.h"
#include "media.h"
#include "mp4-layout.h"
#include "sparse-file.h"

namespace vigie {

ContainerFacts readContainerFacts(const SparseFile& file, const Demuxer& demuxer, const AVFormatContext& format,
                                  const Mp4Layout& mp4);

}  // namespace vigie
