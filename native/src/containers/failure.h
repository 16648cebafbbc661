#pragma once

#include <string>

namespace vigie {

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

}  // namespace vigie
