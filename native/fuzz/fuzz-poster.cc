#include <variant>

#include "fuzzed-caller.h"
#include "io/log-capture.h"
#include "libav-process.h"
#include "poster/poster.h"

namespace {

using namespace vigie;

// Small ones: the way to the picture is fuzzed, not the time that a large one takes.
constexpr PosterSettings kSettings{64, 80, 1280 * 720, 256 * 1024};

void checkPoster(const Poster& poster) {
  REQUIRE(poster.width > 0 && poster.width <= kSettings.maxSidePixels);
  REQUIRE(poster.height > 0 && poster.height <= kSettings.maxSidePixels);
  REQUIRE(poster.jpeg.size() > 4 && poster.jpeg[0] == 0xFF && poster.jpeg[1] == 0xD8);
  REQUIRE(poster.jpeg.end()[-2] == 0xFF && poster.jpeg.end()[-1] == 0xD9);
}

std::optional<Need> attempt(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const PosterAnswer answer = poster(file, limits, kSettings, interrupt);
  if (const auto* made = std::get_if<Poster>(&answer)) checkPoster(*made);
  if (const auto* failure = std::get_if<Failure>(&answer)) REQUIRE(failure->code != FailureCode::probeTimeout);
  const auto* need = std::get_if<Need>(&answer);
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
