#pragma once

#include <napi.h>

namespace vigie {

// startPoster(request, settle): as startProbe, with a NativePosterRequest and a NativePosterAnswer of addon.ts; the
// handle is for cancelProbe too.
Napi::Value startPoster(const Napi::CallbackInfo& info);

}  // namespace vigie
