#include "io/interrupt.h"

namespace vigie {

bool Interrupt::tripped() {
  if (Clock::now() >= deadline_) expired_.store(true, std::memory_order_relaxed);
  return hasTripped();
}

int Interrupt::avCallback(void* self) { return static_cast<Interrupt*>(self)->tripped() ? 1 : 0; }

}  // namespace vigie
