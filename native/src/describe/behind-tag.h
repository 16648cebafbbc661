#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "containers/detect-format.h"
#include "containers/id3-tag.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// An ID3 tag, or what is no packet before the first of a transport stream: libav would take its length for theirs.
inline int64_t bytesBeforeVideo(const SparseFile& file) {
  if (const int64_t tagBytes = readId3TagBytes(file)) return tagBytes;
  if (matchMarks(file.viewFrom(0)) != nullptr) return 0;
  const std::vector<uint8_t> head = file.readBetween(0, kDetectionBytes);
  // Whether there are packets further on is only decided with all of the head.
  if (head.size() < kDetectionBytes && !file.endsAt(static_cast<int64_t>(head.size()))) return 0;
  return static_cast<int64_t>(bytesBeforeTransportStream({head.data(), head.size()}));
}

// What `run` answers to the file without what is before the video; what it needs, it needs of the whole file.
template <typename Answer, typename Run>
Answer runBehindTag(const SparseFile& file, Run run) {
  const int64_t bytesBefore = bytesBeforeVideo(file);
  const auto rest = bytesBefore > 0 ? std::optional(file.from(bytesBefore)) : std::nullopt;
  Answer answer = run(rest ? *rest : file);
  if (auto* need = std::get_if<Need>(&answer)) need->offset += bytesBefore;
  return answer;
}

}  // namespace vigie
