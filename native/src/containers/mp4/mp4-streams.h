#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "containers/mp4/mp4-movie.h"
#include "io/av-handles.h"

namespace vigie {

// Fills in the picture size that the parameter sets of the sample entry state, or the entry and the track's header, and
// the shape of a pixel that follows from it.
void completeMp4Size(const Mp4Track& track, AVStream& stream);

// Discards videos that show nothing beside one that does: tracks without samples and thumbnails. `inFragments`: samples
// by track beside those in moov.
void discardEmptyTracks(const Mp4Movie& movie, const std::map<uint32_t, uint64_t>& inFragments,
                        AVFormatContext& format);

// The four-character code of the track's samples, for a codec that not every libav knows; else nothing.
std::optional<std::string> unknownMp4Codec(const Mp4Track& track, const AVStream& stream);

}  // namespace vigie
