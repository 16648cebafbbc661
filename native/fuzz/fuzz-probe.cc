// The whole loop: probe, serve the range that it needs, probe again.

#include <chrono>
#include <cmath>
#include <variant>

#include "fuzzed-server.h"
#include "log-capture.h"
#include "probe.h"
#include "require.h"

extern "C" {
#include <libavutil/mem.h>
}

namespace {

using namespace vigie;

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

void checkMedia(const Media& media) {
  REQUIRE(media.video.width > 0 && media.video.height > 0);
  REQUIRE(media.video.displayWidth >= 0 && media.video.displayHeight >= 0);
  REQUIRE(!media.video.codec.empty());
  REQUIRE(media.video.rotation >= -180 && media.video.rotation <= 180);
  REQUIRE(!media.video.frameRate || (std::isfinite(*media.video.frameRate) && *media.video.frameRate > 0));
  REQUIRE(!media.duration || (std::isfinite(media.duration->seconds) && media.duration->seconds > 0));
  REQUIRE(!media.bitRate || *media.bitRate >= 0);
  REQUIRE(media.videoStreams > 0);
}

void probeAsCallerDoes(const FuzzedServer& server) {
  const Limits& limits = server.hasTightLimits() ? kTightLimits : kUsualLimits;
  std::vector<ByteRange> ranges{server.fetch(0, server.firstRangeBytes())};
  std::optional<int64_t> size = server.statedSize();
  for (int request = 1; request <= kMaxRequests; request++) {
    const SparseFile file(ranges, size);
    Interrupt interrupt(Interrupt::Clock::now() + kDeadline);
    const Answer answer = probe(file, limits, interrupt);
    if (const auto* media = std::get_if<Media>(&answer)) checkMedia(*media);
    if (const auto* failure = std::get_if<Failure>(&answer)) REQUIRE(failure->code != FailureCode::probeTimeout);
    const auto* need = std::get_if<Need>(&answer);
    if (need == nullptr) return;
    checkNeed(*need, file);
    if (need->lengthBytes > kMaxRangeBytes) return;
    ByteRange range = server.fetch(need->offset, need->lengthBytes);
    // A short range tells where the file ends; the caller then knows the size and does not ask there again.
    if (static_cast<int64_t>(range.bytes.size()) < need->lengthBytes) size = server.trueSize();
    if (need->offset >= server.trueSize()) return;
    ranges.push_back(std::move(range));
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  // As addon.cc does for the process.
  av_max_alloc(256 * 1024 * 1024);
  LogCapture::install();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  LogCapture log;
  probeAsCallerDoes(FuzzedServer(data, size));
  return 0;
}
