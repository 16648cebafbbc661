#pragma once

#include <atomic>
#include <chrono>

namespace vigie {

// Ends a running probe. Shared by the thread that runs it and the one that cancels it.
class Interrupt {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Interrupt(Clock::time_point deadline) : deadline_(deadline) {}

  void cancel() { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  // Checks the clock.
  bool tripped();
  // Whether some check has found it tripped: what was read since then is incomplete.
  bool hasTripped() const { return cancelled() || expired_.load(std::memory_order_relaxed); }

  // The shape of AVIOInterruptCB; `self` is an Interrupt.
  static int avCallback(void* self);

 private:
  const Clock::time_point deadline_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> expired_{false};
};

}  // namespace vigie
