#include "containers/riff/riff-reader.h"

#include "containers/riff/riff-layout.h"

namespace vigie {

ContainerFacts RiffReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  facts.truncated = isRiffTruncated(file());
  return facts;
}

DurationResult RiffReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  if (!statesAviDuration(file())) return std::nullopt;
  return ContainerReader::findDuration(container, video, limits);
}

}  // namespace vigie
