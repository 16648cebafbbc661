#pragma once

#include <string>

#include "sparse-file.h"

namespace vigie {

struct MatroskaLayout {
  // "matroska", "webm" or what else the EBML header says; empty when it is damaged.
  std::string docType;
  // The segment reaches over the file's end.
  bool truncated = false;
};

MatroskaLayout readMatroskaLayout(const SparseFile& file);

}  // namespace vigie
