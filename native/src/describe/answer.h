#pragma once

#include <variant>

#include "containers/failure.h"
#include "describe/media.h"
#include "io/need.h"

namespace vigie {

struct Cancelled {};

using Answer = std::variant<Need, Media, Failure, Cancelled>;

}  // namespace vigie
