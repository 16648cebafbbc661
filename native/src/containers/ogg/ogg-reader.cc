#include "containers/ogg/ogg-reader.h"

#include "containers/ogg/ogg-layout.h"

namespace vigie {

DurationResult OggReader::findDuration(OpenContainer&, const AVStream&, const Limits&) const {
  return oggDuration(file());
}

}  // namespace vigie
