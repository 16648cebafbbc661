#pragma once

#include <optional>
#include <variant>

#include "containers/container-facts.h"
#include "io/need.h"

namespace vigie {

// A duration, nothing if the file states none, or the bytes that are needed for it.
using DurationResult = std::variant<std::optional<Duration>, Need>;

}  // namespace vigie
