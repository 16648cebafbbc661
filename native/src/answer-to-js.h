#pragma once

#include <napi.h>

#include <string>
#include <vector>

#include "answer.h"

namespace vigie {

// The NativeAnswer of addon.ts.
Napi::Object answerToJs(Napi::Env env, const Answer& answer, const std::vector<std::string>& diagnostics);

}  // namespace vigie
