#pragma once

#include <optional>
#include <variant>

#include "containers/limits.h"
#include "describe/answer.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"
#include "require.h"

namespace vigie {

// What a fuzz target of an operation defines: one attempt on the bytes in memory. Returns the bytes that it needs,
// nothing once it has answered, and aborts if its answer is impossible. `fuzz-attempt.cc` calls it as a caller of the
// addon does.
std::optional<Need> attempt(const SparseFile& file, const Limits& limits, Interrupt& interrupt);

// For `attempt`. No deadline is near, so an answer that claims one is wrong.
template <typename Answer>
std::optional<Need> needOf(const Answer& answer) {
  if (const auto* failure = std::get_if<Failure>(&answer)) REQUIRE(failure->code != FailureCode::probeTimeout);
  const auto* need = std::get_if<Need>(&answer);
  return need != nullptr ? std::optional(*need) : std::nullopt;
}

}  // namespace vigie
