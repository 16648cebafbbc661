#include "containers/mpegts/mpeg-reader.h"

#include "containers/mpegts/tail-duration.h"
#include "containers/packet-parameters.h"

namespace vigie {

DurationResult MpegPsReader::findDuration(OpenContainer& container, const AVStream&, const Limits& limits) const {
  return durationFromTail(file(), container, limits);
}

void MpegTsReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersCheaply(*this, container, limits, interrupt);
}

}  // namespace vigie
