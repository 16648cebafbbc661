#include <variant>

#include "fuzz-attempt.h"
#include "poster/poster.h"

namespace vigie {
namespace {

// Small ones: the way to the picture is fuzzed, not the time that a large one takes.
constexpr PosterSettings kSettings{64, 80, 1280 * 720, 256 * 1024};

void checkPoster(const Poster& poster) {
  REQUIRE(poster.width > 0 && poster.width <= kSettings.maxSidePixels);
  REQUIRE(poster.height > 0 && poster.height <= kSettings.maxSidePixels);
  REQUIRE(poster.jpeg.size() > 4 && poster.jpeg[0] == 0xFF && poster.jpeg[1] == 0xD8);
  REQUIRE(poster.jpeg.end()[-2] == 0xFF && poster.jpeg.end()[-1] == 0xD9);
}

}  // namespace

std::optional<Need> attempt(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const PosterAnswer answer = poster(file, limits, kSettings, interrupt);
  if (const auto* made = std::get_if<Poster>(&answer)) checkPoster(*made);
  return needOf(answer);
}

}  // namespace vigie
