#include <cmath>
#include <variant>

#include "describe/probe.h"
#include "fuzzed-caller.h"
#include "io/log-capture.h"
#include "libav-process.h"

namespace {

using namespace vigie;

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

std::optional<Need> attempt(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const std::optional<Need> foreseen = foreseeNeed(file, limits, interrupt);
  const Answer answer = probe(file, limits, interrupt);
  if (const auto* media = std::get_if<Media>(&answer)) checkMedia(*media);
  if (const auto* failure = std::get_if<Failure>(&answer)) REQUIRE(failure->code != FailureCode::probeTimeout);
  const auto* need = std::get_if<Need>(&answer);
  // The calling thread may be wrong about nothing that the whole probe would say otherwise.
  if (foreseen) {
    REQUIRE(need != nullptr && need->offset == foreseen->offset && need->lengthBytes == foreseen->lengthBytes);
  }
  return need != nullptr ? std::optional(*need) : std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  setUpLibav();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  LogCapture log;
  askAsCallerDoes(FuzzedServer(data, size), attempt);
  return 0;
}
