#pragma once

#include <optional>
#include <variant>

#include "containers/id3-tag.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// What `run` answers to the file without the tag before it; what it needs, it needs of the whole file.
template <typename Answer, typename Run>
Answer runBehindTag(const SparseFile& file, Run run) {
  const int64_t tagBytes = readId3TagBytes(file);
  const auto rest = tagBytes > 0 ? std::optional(file.from(tagBytes)) : std::nullopt;
  Answer answer = run(rest ? *rest : file);
  if (auto* need = std::get_if<Need>(&answer)) need->offset += tagBytes;
  return answer;
}

}  // namespace vigie
