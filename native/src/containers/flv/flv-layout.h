#pragma once

#include <optional>
#include <variant>

#include "describe/answer.h"
#include "io/sparse-file.h"

namespace vigie {

// Duration of an FLV without metadata: the time of its last tag, or the bytes that hold that tag.
std::variant<std::optional<Duration>, Need> flvDuration(const SparseFile& file);

}  // namespace vigie
