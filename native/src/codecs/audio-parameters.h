#pragma once

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// Fills in codec, sample rate and channels of a stream by what the frame headers in one of its packets say.
void readAudioParameters(AVStream& audio, const AVPacket& packet);
// How long a packet of Opus lasts; 0 if it is none.
double opusSeconds(ByteView packet);
bool isAudioKnown(const AVStream& audio);
bool areAudiosKnown(const AVFormatContext& format);

}  // namespace vigie
