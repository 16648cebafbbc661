#include "probe-worker.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "answer-to-js.h"
#include "log-capture.h"
#include "probe.h"

namespace vigie {
namespace {

using InterruptHandle = std::shared_ptr<Interrupt>;

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

SparseFile readFile(const Napi::Object& request) {
  const Napi::Value size = request.Get("sizeBytes");
  return SparseFile(copyRanges(request.Get("ranges").As<Napi::Array>()),
                    size.IsNull() ? std::nullopt : std::optional(size.As<Napi::Number>().Int64Value()));
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

// Owns everything that the thread pool touches. Deleted by Napi::AsyncWorker after OnOK or OnError.
class ProbeWorker : public Napi::AsyncWorker {
 public:
  ProbeWorker(const Napi::Function& settle, SparseFile file, Limits limits, InterruptHandle interrupt)
      : Napi::AsyncWorker(settle, "vigie:probe"),
        file_(std::move(file)),
        limits_(limits),
        interrupt_(std::move(interrupt)) {}

 protected:
  // On a thread of the pool; Napi::AsyncWorker turns what it throws into OnError.
  void Execute() override {
    LogCapture log;
    answer_ = probe(file_, limits_, *interrupt_);
    diagnostics_ = log.takeLines();
  }

  std::vector<napi_value> GetResult(Napi::Env env) override {
    return {env.Null(), answerToJs(env, answer_, diagnostics_)};
  }

 private:
  const SparseFile file_;
  const Limits limits_;
  const InterruptHandle interrupt_;
  Answer answer_ = Cancelled{};
  std::vector<std::string> diagnostics_;
};

}  // namespace

Napi::Value startProbe(const Napi::CallbackInfo& info) {
  const auto request = info[0].As<Napi::Object>();
  const auto settle = info[1].As<Napi::Function>();
  const Limits limits = readLimits(request);
  auto interrupt = makeInterrupt(request);
  SparseFile file = readFile(request);
  if (file.rangeCount() == 1) {
    if (const auto need = foreseeNeed(file, limits, *interrupt)) {
      settle.Call({info.Env().Null(), answerToJs(info.Env(), *need, {})});
      return info.Env().Null();
    }
  }
  auto worker = std::make_unique<ProbeWorker>(settle, std::move(file), limits, interrupt);
  const auto handle = Napi::External<InterruptHandle>::New(info.Env(), new InterruptHandle(std::move(interrupt)),
                                                           [](Napi::Env, InterruptHandle* data) { delete data; });
  worker.release()->Queue();
  return handle;
}

void cancelProbe(const Napi::CallbackInfo& info) { (*info[0].As<Napi::External<InterruptHandle>>().Data())->cancel(); }

}  // namespace vigie
