#include "binding/background-thread.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace vigie {
namespace {

constexpr int kNicerBy = 10;

bool lowerPriority() {
  // On Linux a priority belongs to a thread. One that can't be changed is no reason not to probe.
  const auto thread = static_cast<id_t>(syscall(SYS_gettid));
  return setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kNicerBy) == 0;
}

}  // namespace

void runInBackground() {
  thread_local const bool done = lowerPriority();
  static_cast<void>(done);
}

}  // namespace vigie
