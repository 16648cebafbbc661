#pragma once

#include <cstdint>
#include <optional>

#include "io/av-handles.h"
#include "io/interrupt.h"
#include "io/sparse-file.h"

namespace vigie {

// libav's view of a sparse file. A read of a byte that is not in memory fails and is remembered: everything after it
// fails too, so that libav cannot go on over a hole and guess.
class SparseIo {
 public:
  // Not seekable: demuxers read straight on and leave out what they would fetch from elsewhere (indexes, tags).
  enum class Access { forward, seekable };

  SparseIo(const SparseFile& file, Access access, Interrupt& interrupt);
  SparseIo(const SparseIo&) = delete;
  SparseIo& operator=(const SparseIo&) = delete;

  AVIOContext* context() { return context_.get(); }
  // Offset of the first byte that libav wanted and that is not in memory.
  std::optional<int64_t> miss() const { return miss_; }
  // End of the read that missed: what libav reads at once, such as the rest of a packet whose length it knows.
  int64_t missEnd() const { return missEnd_; }
  void forgetMiss();
  // Goes on reading at `offset`, also where demuxers must not seek. avio_seek would read what lies between when that is
  // less than 32 KiB, and so miss bytes that nobody wants.
  void jumpTo(int64_t offset);
  // From now on the file ends there.
  void endAt(int64_t offset) { end_ = offset; }

 private:
  static int readPacket(void* self, uint8_t* buffer, int length);
  static int64_t seek(void* self, int64_t offset, int whence);
  int read(uint8_t* buffer, int length);

  const SparseFile& file_;
  Interrupt& interrupt_;
  int64_t position_ = 0;
  int64_t end_ = kMaxOffset;
  std::optional<int64_t> miss_;
  int64_t missEnd_ = 0;
  IoHandle context_;
};

}  // namespace vigie
