#pragma once

#include "io/av-handles.h"
#include "io/sparse-file.h"

namespace vigie {

// What the headers of a codec state, put into libav's parameters wherever the container has stated nothing. The size of
// the picture is what parameter sets say of it: containers pad it, or leave it out.

// A decoder that parses headers and decodes no picture; empty if libav has none or refuses the parameters.
// `configuration`: in place of the parameters' own, unless it is empty.
CodecHandle openHeaderDecoder(const AVCodecParameters& parameters, ByteView configuration = {});
void fillInFromDecoder(AVCodecParameters& parameters, const AVCodecContext& decoder);

// From the container's copy of the parameter sets. H.264 and HEVC; false if it has none.
bool fillInFromConfiguration(AVCodecParameters& parameters);

// From the header of a picture. H.264, HEVC, JPEG, VP8 and VP9; false if it states nothing.
bool fillInFromPicture(AVCodecParameters& parameters, const AVPacket& packet);

// JPEG: the size is the picture's own, whatever the container says.
void correctPictureSize(AVCodecParameters& parameters, const AVPacket& picture);

// Picture size, frame rate and the rest from the parameter sets of H.264 or HEVC, if the packet begins with some.
void readParameterSets(AVStream& video, const AVPacket& packet);

}  // namespace vigie
