#pragma once

#include <memory>
#include <variant>

#include "containers/container-reader.h"
#include "containers/failure.h"
#include "containers/limits.h"
#include "containers/open-container.h"
#include "io/interrupt.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// A video whose header is understood; its packets can be read from `container`.
struct OpenVideo {
  // Owns what `container` reads in the file's place, so it is declared first and outlives it.
  std::unique_ptr<ContainerReader> reader;
  OpenContainer container;
  // Of `container`: its coded size and codec are known.
  AVStream* stream;
};

// Detects the format of `file` by its content and opens it. For pictures nothing is asked for that only a description
// needs. `file` outlives the video.
std::variant<OpenVideo, Need, Failure> openVideo(const SparseFile& file, Purpose purpose, const Limits& limits,
                                                 Interrupt& interrupt);

}  // namespace vigie
