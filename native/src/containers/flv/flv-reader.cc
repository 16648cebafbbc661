#include "containers/flv/flv-reader.h"

#include "containers/flv/flv-layout.h"

namespace vigie {

void FlvReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersOfPackets(container, limits, interrupt);
}

DurationResult FlvReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  const auto result = ContainerReader::findDuration(container, video, limits);
  const auto* stated = std::get_if<std::optional<Duration>>(&result);
  return stated != nullptr && !*stated ? flvDuration(file()) : result;
}

}  // namespace vigie
