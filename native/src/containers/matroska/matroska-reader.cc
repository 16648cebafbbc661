#include "containers/matroska/matroska-reader.h"

#include <algorithm>
#include <utility>

#include "containers/matroska/matroska-layout.h"
#include "containers/matroska/matroska-tail.h"

namespace vigie {

std::optional<std::variant<Need, Failure>> MatroskaReader::prepare() {
  auto arranged = arrangeMatroskaHeader(file(), purpose() == Purpose::pictures);
  if (const auto* need = std::get_if<Need>(&arranged)) return *need;
  if (auto* header = std::get_if<ArrangedHeader>(&arranged)) {
    arrange(std::move(header->file));
    insertedBytes_ = header->insertedBytes;
  }
  return {};
}

std::optional<int64_t> MatroskaReader::missingPacket(int64_t miss) const {
  if (!isArranged()) return miss;
  const int64_t missing = file().firstMissing(std::max<int64_t>(0, miss - insertedBytes_));
  return file().endsAt(missing) ? std::nullopt : std::optional(missing);
}

ContainerFacts MatroskaReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  const MatroskaLayout layout = readMatroskaLayout(file());
  if (layout.docType == "webm") facts.container = layout.docType;
  facts.truncated = layout.truncated;
  return facts;
}

DurationResult MatroskaReader::findDuration(OpenContainer& container, const AVStream& video,
                                            const Limits& limits) const {
  // What begins sooner is a part of a file that players begin at zero.
  constexpr double kMinLateSeconds = 10;
  const MatroskaClock clock = readMatroskaClock(file());
  auto result = ContainerReader::findDuration(container, video, limits);
  auto* duration = std::get_if<std::optional<Duration>>(&result);
  bool isFromZero = clock.isOfLavf;
  if (duration != nullptr && !*duration) {
    result = matroskaTailDuration(file(), clock);
    duration = std::get_if<std::optional<Duration>>(&result);
    isFromZero = true;
  }
  const double first = clock.firstSeconds;
  if (duration == nullptr || !*duration || !isFromZero || first < kMinLateSeconds) return result;
  if ((*duration)->seconds > first) (*duration)->seconds -= first;
  return result;
}

}  // namespace vigie
