// The body that the fuzz targets of probe and poster share.

#include "fuzz-attempt.h"

#include <chrono>
#include <utility>
#include <vector>

#include "fuzzed-server.h"
#include "io/libav-process.h"
#include "io/log-capture.h"

namespace vigie {
namespace {

constexpr Limits kUsualLimits{1024 * 1024, 100, 2000};
constexpr Limits kTightLimits{64 * 1024, 3, 20};
// A caller's budget: past it the alert fails as HEADER_BUDGET_EXCEEDED.
constexpr int kMaxRequests = 12;
constexpr int64_t kMaxRangeBytes = 1024 * 1024;
// Past the fuzzer's own limit on one input, so that a hang is reported with the stack that hangs.
constexpr std::chrono::seconds kDeadline(60);

void checkNeed(const Need& need, const SparseFile& file) {
  REQUIRE(need.offset >= 0);
  REQUIRE(need.lengthBytes > 0);
  REQUIRE(need.lengthBytes <= (int64_t{1} << 53) - need.offset);
  REQUIRE(!file.size() || need.offset + need.lengthBytes <= *file.size());
  REQUIRE(file.viewFrom(need.offset).size == 0);
}

// The whole loop: one attempt, the range that it needs, the next attempt.
void askAsCallerDoes(const FuzzedServer& server) {
  const Limits& limits = server.hasTightLimits() ? kTightLimits : kUsualLimits;
  std::vector<ByteRange> ranges{server.fetch(0, server.firstRangeBytes())};
  std::optional<int64_t> size = server.statedSize();
  for (int request = 1; request <= kMaxRequests; request++) {
    const SparseFile file(ranges, size);
    Interrupt interrupt(Interrupt::Clock::now() + kDeadline);
    const std::optional<Need> need = attempt(file, limits, interrupt);
    if (!need) return;
    checkNeed(*need, file);
    if (need->lengthBytes > kMaxRangeBytes) return;
    ByteRange range = server.fetch(need->offset, need->lengthBytes);
    // A short range shows where the file ends; the caller then knows the size and does not ask there again.
    if (static_cast<int64_t>(range.bytes.size()) < need->lengthBytes) size = server.trueSize();
    if (need->offset >= server.trueSize()) return;
    ranges.push_back(std::move(range));
  }
}

}  // namespace
}  // namespace vigie

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  vigie::prepareLibav();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const vigie::LogCapture log;
  vigie::askAsCallerDoes(vigie::FuzzedServer(data, size));
  return 0;
}
