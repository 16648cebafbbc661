#include "binding/request-from-js.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace vigie {
namespace {

std::vector<ByteRange> copyRanges(const Napi::Array& ranges) {
  std::vector<ByteRange> copies;
  copies.reserve(ranges.Length());
  for (uint32_t i = 0; i < ranges.Length(); i++) {
    const auto range = ranges.Get(i).As<Napi::Object>();
    const auto bytes = range.Get("bytes").As<Napi::Uint8Array>();
    copies.push_back({range.Get("offset").As<Napi::Number>().Int64Value(),
                      std::vector<uint8_t>(bytes.Data(), bytes.Data() + bytes.ByteLength())});
  }
  return copies;
}

}  // namespace

SparseFile readFile(const Napi::Object& request) {
  const Napi::Value size = request.Get("sizeBytes");
  return {copyRanges(request.Get("ranges").As<Napi::Array>()),
          size.IsNull() ? std::nullopt : std::optional(size.As<Napi::Number>().Int64Value())};
}

Limits readLimits(const Napi::Object& request) {
  return {request.Get("probeSizeBytes").As<Napi::Number>().Int64Value(),
          request.Get("maxStreams").As<Napi::Number>().Int32Value(),
          request.Get("maxPackets").As<Napi::Number>().Int32Value()};
}

InterruptHandle makeInterrupt(const Napi::Object& request) {
  const std::chrono::milliseconds timeout(request.Get("timeoutMs").As<Napi::Number>().Int64Value());
  return std::make_shared<Interrupt>(Interrupt::Clock::now() + timeout);
}

Napi::Value wrapInterrupt(Napi::Env env, InterruptHandle interrupt) {
  return Napi::External<InterruptHandle>::New(env, new InterruptHandle(std::move(interrupt)),
                                              [](Napi::Env, InterruptHandle* data) { delete data; });
}

InterruptHandle unwrapInterrupt(const Napi::Value& handle) {
  return *handle.As<Napi::External<InterruptHandle>>().Data();
}

}  // namespace vigie
