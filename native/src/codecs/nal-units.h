#pragma once

#include <vector>

#include "io/sparse-file.h"

namespace vigie {

// The NAL units of a sample of H.264 or HEVC, without what divides them: start codes (ITU-T H.264, annex B) if it
// begins with one, else lengths of `lengthBytes` before each (ISO/IEC 14496-15). The last may be cut short.
std::vector<ByteView> splitNalUnits(ByteView sample, int lengthBytes);

// Bytes of the lengths in the samples that go with an avcC or hvcC record; 4 if it is none.
int nalLengthBytesOfAvc(ByteView configuration);
int nalLengthBytesOfHevc(ByteView configuration);

}  // namespace vigie
