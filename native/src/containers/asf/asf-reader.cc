#include "containers/asf/asf-reader.h"

#include "containers/asf/asf-layout.h"

namespace vigie {

ContainerFacts AsfReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  const auto properties = readAsfProperties(file());
  facts.truncated = properties && file().size() && properties->fileBytes > *file().size();
  return facts;
}

DurationResult AsfReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  const auto properties = readAsfProperties(file());
  if (!properties || properties->seconds <= 0) return ContainerReader::findDuration(container, video, limits);
  return Duration{properties->seconds, DurationSource::header};
}

}  // namespace vigie
