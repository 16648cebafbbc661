#pragma once

#include <napi.h>

namespace vigie {

// startProbe(request, complete): a handle for cancelTask. `request` is the NativeRequest of addon.ts, already
// validated; its bytes are copied before the call returns. `complete(error, answer)` is called once, on the same
// thread: later, or before the call returns and then with null for a handle.
Napi::Value startProbe(const Napi::CallbackInfo& info);

}  // namespace vigie
