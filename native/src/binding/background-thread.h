#pragma once

namespace vigie {

// Gives the calling thread a lower priority than the event loop's, once: where cores are fewer than threads, a full
// pool must not keep JavaScript waiting. Threads of the pool live as long as the process.
void runInBackground();

}  // namespace vigie
