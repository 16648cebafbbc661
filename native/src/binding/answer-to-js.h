#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "describe/answer.h"
#include "poster/poster-answer.h"

namespace vigie {

// The NativeAnswer of addon.ts.
Napi::Object answerToJs(Napi::Env env, const Answer& answer, const std::vector<std::string>& diagnostics);
// The NativePosterAnswer of addon.ts.
Napi::Object answerToJs(Napi::Env env, const PosterAnswer& answer, const std::vector<std::string>& diagnostics);

}  // namespace vigie
