#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "describe/media.h"

namespace vigie {

// Bytes to fetch before the probe is called again.
struct Need {
  int64_t offset;
  int64_t lengthBytes;
};

enum class FailureCode {
  videoEmpty,
  notAVideo,
  unsupportedFormat,
  noVideoStream,
  corruptHeader,
  probeTimeout,
  // Of a poster only.
  noKeyFrame,
  pictureTooLarge,
  pictureUndecodable,
};

struct Failure {
  FailureCode code;
  std::string message;
};

struct Cancelled {};

using Answer = std::variant<Need, Media, Failure, Cancelled>;

}  // namespace vigie
