#pragma once

#include "containers/container-reader.h"
#include "describe/media.h"

namespace vigie {

VideoTrack describeVideo(const ContainerReader& reader, AVFormatContext& format, AVStream& stream);
std::optional<AudioTrack> describeAudio(const ContainerReader& reader, const AVFormatContext& format,
                                        const AVStream& video);
void countStreams(const AVFormatContext& format, Media& media);

}  // namespace vigie
