#pragma once

#include <napi.h>

#include <memory>

#include "containers/limits.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"

namespace vigie {

// Reads the NativeRequest of addon.ts, which is already validated. On the thread of JavaScript only.

// Copies the bytes.
SparseFile readFile(const Napi::Object& request);
Limits readLimits(const Napi::Object& request);

// Shared by the worker and the handle that JavaScript holds.
using InterruptHandle = std::shared_ptr<Interrupt>;

// The time limit counts from here.
InterruptHandle makeInterrupt(const Napi::Object& request);
Napi::Value wrapInterrupt(Napi::Env env, InterruptHandle interrupt);
InterruptHandle unwrapInterrupt(const Napi::Value& handle);

}  // namespace vigie
