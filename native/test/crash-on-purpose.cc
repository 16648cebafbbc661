// Linked into vigie_native_crashing only, around libav's avformat_open_input: a file that carries the mark kills the
// process as a bug in a demuxer would, by a bad access on a thread of the pool.

#include <algorithm>
#include <cstdint>
#include <string_view>

// The linker (--wrap) gives these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
#include <libavformat/avformat.h>

int __real_avformat_open_input(AVFormatContext** context, const char* url, const AVInputFormat* format,
                               AVDictionary** options);
int __wrap_avformat_open_input(AVFormatContext** context, const char* url, const AVInputFormat* format,
                               AVDictionary** options);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

// As in marked-video.ts.
constexpr std::string_view kMark = "vigie: crash the decoder on purpose";
constexpr int kMarkedBytes = 512;

bool isMarked(AVIOContext* io) {
  char head[kMarkedBytes] = {};
  const int count = avio_read(io, reinterpret_cast<unsigned char*>(head), kMarkedBytes);
  // Within the buffer, so it works without seeking in the file.
  avio_seek(io, 0, SEEK_SET);
  return std::string_view(head, static_cast<size_t>(std::max(0, count))).find(kMark) != std::string_view::npos;
}

}  // namespace

int __wrap_avformat_open_input(AVFormatContext** context, const char* url, const AVInputFormat* format,
                               AVDictionary** options) {
  if (isMarked((*context)->pb)) {
    volatile int* nowhere = nullptr;
    *nowhere = 1;
  }
  return __real_avformat_open_input(context, url, format, options);
}
