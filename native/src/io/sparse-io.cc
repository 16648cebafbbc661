#include "io/sparse-io.h"

#include <algorithm>
#include <new>

namespace vigie {
namespace {

constexpr int kBufferBytes = 4096;

// Not EAGAIN: avformat_find_stream_info would retry that for ever.
constexpr int kMissing = AVERROR(EIO);

}  // namespace

SparseIo::SparseIo(const SparseFile& file, Access access, Interrupt& interrupt) : file_(file), interrupt_(interrupt) {
  auto* buffer = static_cast<uint8_t*>(av_malloc(kBufferBytes));
  if (buffer == nullptr) throw std::bad_alloc();
  context_.reset(avio_alloc_context(buffer, kBufferBytes, 0, this, readPacket, nullptr, seek));
  if (!context_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  context_->seekable = access == Access::seekable ? AVIO_SEEKABLE_NORMAL : 0;
}

void SparseIo::forgetMiss() {
  miss_.reset();
  context_->error = 0;
  context_->eof_reached = 0;
}

void SparseIo::jumpTo(int64_t offset) {
  forgetMiss();
  context_->buf_ptr = context_->buf_end = context_->buffer;
  context_->pos = position_ = offset;
}

int SparseIo::readPacket(void* self, uint8_t* buffer, int length) {
  return static_cast<SparseIo*>(self)->read(buffer, length);
}

int SparseIo::read(uint8_t* buffer, int length) {
  if (interrupt_.tripped()) return AVERROR_EXIT;
  if (miss_) return kMissing;
  if (file_.endsAt(position_) || position_ >= end_) return AVERROR_EOF;
  const int64_t wanted = std::min<int64_t>(length, end_ - position_);
  const size_t count = file_.read(position_, buffer, static_cast<size_t>(wanted));
  if (count == 0) {
    miss_ = position_;
    missEnd_ = position_ + length;
    return kMissing;
  }
  position_ += static_cast<int64_t>(count);
  return static_cast<int>(count);
}

int64_t SparseIo::seek(void* self, int64_t offset, int whence) {
  auto& io = *static_cast<SparseIo*>(self);
  if (whence & AVSEEK_SIZE) return io.file_.size().value_or(AVERROR(ENOSYS));
  if ((whence & ~AVSEEK_FORCE) != SEEK_SET || offset < 0 || offset >= kMaxOffset) return AVERROR(EINVAL);
  return io.position_ = offset;
}

}  // namespace vigie
