#include <cmath>
#include <variant>

#include "describe/probe.h"
#include "fuzz-attempt.h"

namespace vigie {
namespace {

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

}  // namespace

std::optional<Need> attempt(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const std::optional<Need> foreseen = foreseeNeed(file);
  const Answer answer = probe(file, limits, interrupt);
  if (const auto* media = std::get_if<Media>(&answer)) checkMedia(*media);
  const std::optional<Need> need = needOf(answer);
  // The calling thread may be wrong about nothing that the whole probe would say otherwise.
  if (foreseen) {
    REQUIRE(need && need->offset == foreseen->offset && need->lengthBytes == foreseen->lengthBytes);
  }
  return need;
}

}  // namespace vigie
