#include "containers/riff/riff-reader.h"

#include <algorithm>

#include "containers/riff/avi-duration.h"
#include "containers/riff/riff-layout.h"

namespace vigie {

ContainerFacts RiffReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  facts.truncated = isRiffTruncated(file());
  return facts;
}

DurationResult RiffReader::findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const {
  const AviLayout layout = readAviLayout(file());
  // Not with DV alone: its one stream holds both.
  const bool hasVideo = std::any_of(layout.streams.begin(), layout.streams.end(),
                                    [](const AviStream& stream) { return stream.type == kVideoStreamType; });
  if (!hasVideo) return ContainerReader::findDuration(container, video, limits);
  return aviDuration(file(), layout);
}

}  // namespace vigie
