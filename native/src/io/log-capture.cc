#include "io/log-capture.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <mutex>

extern "C" {
#include <libavutil/log.h>
}

namespace vigie {
namespace {

constexpr size_t kMaxLines = 20;
constexpr int kMaxLineBytes = 240;

thread_local LogCapture* current = nullptr;

void onLog(void*, int level, const char* format, va_list arguments) noexcept {
  if (current == nullptr || level > AV_LOG_WARNING) return;
  char line[kMaxLineBytes];
  if (std::vsnprintf(line, sizeof line, format, arguments) <= 0) return;
  try {
    current->add(line);
  } catch (...) {  // NOLINT(bugprone-empty-catch)
    // Out of memory for a diagnostic: the probe itself goes on.
  }
}

}  // namespace

LogCapture::LogCapture() { current = this; }

LogCapture::~LogCapture() { current = nullptr; }

void LogCapture::add(std::string line) {
  while (!line.empty() && line.back() == '\n') line.pop_back();
  // libav quotes the file's own strings: no escape sequence and no second line gets through to whoever prints this.
  const auto isControl = [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F; };
  std::replace_if(line.begin(), line.end(), isControl, '?');
  if (!line.empty() && lines_.size() < kMaxLines) lines_.push_back(std::move(line));
}

void LogCapture::install() {
  static std::once_flag installed;
  std::call_once(installed, [] { av_log_set_callback(onLog); });
}

}  // namespace vigie
