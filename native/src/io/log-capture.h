#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vigie {

// Collects what libav logs on this thread while it lives. One at a time on a thread.
class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  void add(std::string line);
  std::vector<std::string> takeLines() { return std::move(lines_); }

  // Once a process: routes libav's log to the capture of the thread that logs; without one it is dropped.
  static void install();

 private:
  std::vector<std::string> lines_;
};

}  // namespace vigie
