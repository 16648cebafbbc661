#pragma once

#include <napi.h>

namespace vigie {

// startPoster(request, complete): as startProbe, with a NativePosterRequest and a NativePosterAnswer of addon.ts. It
// never answers before it returns.
Napi::Value startPoster(const Napi::CallbackInfo& info);

}  // namespace vigie
