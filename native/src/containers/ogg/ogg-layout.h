#pragma once

#include <optional>
#include <variant>

#include "describe/answer.h"
#include "io/sparse-file.h"

namespace vigie {

// Duration of an Ogg file from the positions (granules) that its last pages state, or the bytes that hold these pages.
std::variant<std::optional<Duration>, Need> oggDuration(const SparseFile& file);

}  // namespace vigie
