#include "containers/flv/flv-reader.h"

#include <algorithm>
#include <cmath>

#include "containers/flv/flv-layout.h"

namespace vigie {
namespace {

// The last picture lasts some time, and sound may be longer.
bool areClose(const Duration& stated, const Duration& measured) {
  constexpr double kMaxSeconds = 1;
  constexpr double kMaxShare = 0.05;
  return std::abs(stated.seconds - measured.seconds) <= std::max(kMaxSeconds, kMaxShare * measured.seconds);
}

}  // namespace

void FlvReader::readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const {
  readParametersOfPackets(container, limits, interrupt);
}

DurationResult FlvReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  const auto result = ContainerReader::findDuration(container, video, limits);
  const auto* stated = std::get_if<std::optional<Duration>>(&result);
  const bool isLength = stated != nullptr && *stated && !countsFromZero(**stated);
  if (isLength && fitsSize(**stated)) return result;
  auto found = flvDuration(file());
  const auto* measured = std::get_if<std::optional<Duration>>(&found);
  // What a long still picture or much movement at the beginning made look wrong.
  const bool isConfirmed = isLength && measured != nullptr && *measured && areClose(**stated, **measured);
  return isConfirmed ? result : found;
}

bool FlvReader::fitsSize(const Duration& stated) const {
  constexpr double kMaxRatio = 5;
  const auto guess = guessFlvSeconds(file());
  return !guess || (stated.seconds <= *guess * kMaxRatio && stated.seconds >= *guess / kMaxRatio);
}

// Some recorders state the last tag's time, on a clock that began long before the file did.
bool FlvReader::countsFromZero(const Duration& stated) const {
  constexpr double kMinLateSeconds = 10;
  const double first = firstFlvTime(file()).value_or(0);
  return first >= kMinLateSeconds && stated.seconds >= first;
}

}  // namespace vigie
