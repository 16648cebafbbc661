#pragma once

#include <napi.h>

namespace vigie {

// startProbe(request, settle): a handle for cancelProbe. `request` is the NativeRequest of addon.ts, already validated;
// its bytes are copied before the call returns. `settle(error, answer)` is called once, on the same thread: later, or
// before the call returns and then with null for a handle.
Napi::Value startProbe(const Napi::CallbackInfo& info);

// cancelProbe(handle): the probe ends at its next look at a byte and settles as cancelled.
void cancelProbe(const Napi::CallbackInfo& info);

}  // namespace vigie
