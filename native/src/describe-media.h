#pragma once

#include "media.h"
#include "open-container.h"

namespace vigie {

VideoTrack describeVideo(AVFormatContext& format, AVStream& stream);
std::optional<AudioTrack> describeAudio(const AVFormatContext& format, const AVStream& video);
void countStreams(const AVFormatContext& format, Media& media);

}  // namespace vigie
