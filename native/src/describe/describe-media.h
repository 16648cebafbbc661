#pragma once

#include "containers/open-container.h"
#include "describe/media.h"

namespace vigie {

VideoTrack describeVideo(AVFormatContext& format, AVStream& stream);
std::optional<AudioTrack> describeAudio(const AVFormatContext& format, const AVStream& video);
void countStreams(const AVFormatContext& format, Media& media);

}  // namespace vigie
