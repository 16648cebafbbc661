#pragma once

#include "io/av-handles.h"

namespace vigie {

// Fills in codec, sample rate and channels of a stream by what the frame headers in one of its packets say.
void readAudioParameters(AVStream& audio, const AVPacket& packet);
bool isAudioKnown(const AVStream& audio);
bool areAudiosKnown(const AVFormatContext& format);

}  // namespace vigie
