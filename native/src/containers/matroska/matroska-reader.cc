#include "containers/matroska/matroska-reader.h"

#include <utility>

#include "containers/matroska/matroska-layout.h"

namespace vigie {

std::optional<std::variant<Need, Failure>> MatroskaReader::prepare() {
  auto arranged = arrangeMatroskaHeader(file());
  if (const auto* need = std::get_if<Need>(&arranged)) return *need;
  if (auto* moved = std::get_if<MovedTracks>(&arranged)) {
    arrange(std::move(moved->file));
    insertedBytes_ = moved->insertedBytes;
  }
  if (auto* header = std::get_if<ShortHeader>(&arranged); header && purpose() == Purpose::description) {
    arrange(std::move(header->file));
  }
  return {};
}

std::optional<int64_t> MatroskaReader::missingPacket(int64_t miss) const {
  if (!isArranged()) return miss;
  const int64_t missing = file().firstMissing(0);
  return file().endsAt(missing) ? std::nullopt : std::optional(missing);
}

ContainerFacts MatroskaReader::readFacts(const AVFormatContext& format) const {
  ContainerFacts facts = ContainerReader::readFacts(format);
  const MatroskaLayout layout = readMatroskaLayout(file());
  if (layout.docType == "webm") facts.container = layout.docType;
  facts.truncated = layout.truncated;
  return facts;
}

}  // namespace vigie
