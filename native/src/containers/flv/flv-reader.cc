#include "containers/flv/flv-reader.h"

#include "containers/flv/flv-layout.h"

namespace vigie {

void FlvReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersOfPackets(container, limits, interrupt);
}

DurationResult FlvReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  const auto result = ContainerReader::findDuration(container, video, limits);
  const auto* stated = std::get_if<std::optional<Duration>>(&result);
  const bool isLength = stated != nullptr && *stated && !countsFromZero(**stated);
  return isLength ? result : flvDuration(file());
}

// Some recorders state the last tag's time, on a clock that began long before the file did.
bool FlvReader::countsFromZero(const Duration& stated) const {
  constexpr double kMinLateSeconds = 10;
  const double first = firstFlvTime(file()).value_or(0);
  return first >= kMinLateSeconds && stated.seconds >= first;
}

}  // namespace vigie
