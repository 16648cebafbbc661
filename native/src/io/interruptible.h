#pragma once

#include "io/interrupt.h"

namespace vigie {

// The answer of `run`, unless the interrupt has tripped by then: what libav has said after that counts for nothing.
template <typename Answer, typename Run>
Answer unlessInterrupted(Interrupt& interrupt, const Answer& cancelled, const Answer& timedOut, Run run) {
  if (!interrupt.tripped()) {
    Answer answer = run();
    if (!interrupt.hasTripped()) return answer;
  }
  return interrupt.cancelled() ? cancelled : timedOut;
}

}  // namespace vigie
