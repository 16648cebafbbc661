#pragma once

#include <string>
#include <variant>

#include "containers/demuxers.h"

namespace vigie {

struct PlainText {};
// libav knows it, the allow-list does not.
struct ForbiddenFormat {
  std::string libavName;
};
// Its format never holds video.
struct AudioFormat {
  std::string libavName;
};
struct UnknownFormat {};

using DetectedFormat = std::variant<const Demuxer*, PlainText, ForbiddenFormat, AudioFormat, UnknownFormat>;

// Bytes from the file's start that are enough to detect any format.
constexpr size_t kDetectionBytes = 32 * 1024;

// The demuxer whose unmistakable marks the head bears, if any; takes a microsecond.
const Demuxer* matchMarks(ByteView head);

// A recording may begin with zeros, or with what was in the buffer before: how much of it `head` has. 0 if nothing is
// recognised behind.
size_t bytesBeforeTransportStream(ByteView head);

// Detects the format by content alone; the answer does not change if more than kDetectionBytes are in memory.
DetectedFormat detectFormat(ByteView head);

}  // namespace vigie
