#include "poster/key-frame-reader.h"

#include <algorithm>
#include <new>

#include "io/next-range.h"

namespace vigie {
namespace {

// libav reads shorter elements through a buffer of a fixed size, which says nothing of where they end.
constexpr int64_t kBufferedBytes = 4096;

Failure tooManyBytes() { return {FailureCode::pictureTooLarge, "the key frame has more bytes than the limit"}; }

}  // namespace

KeyFrameReader::KeyFrameReader(const SparseFile& file, OpenVideo& video, const Limits& limits,
                               const PosterSettings& settings)
    : file_(file),
      video_(video),
      limits_(limits),
      settings_(settings),
      packet_(av_packet_alloc()),
      following_(av_packet_alloc()) {
  if (!packet_ || !following_) throw std::bad_alloc();
  const AVFormatContext& format = *video.container.format;
  for (unsigned i = 0; i < format.nb_streams; i++) {
    // An MP4 holds each sample where it likes: those of other streams must not even be looked for.
    if (format.streams[i] != video.stream) format.streams[i]->discard = AVDISCARD_ALL;
  }
}

KeyFrameReader::Step KeyFrameReader::next() {
  if (findIndexed()) return readIndexed();
  // libav would begin with the first of those again.
  return indexed_ ? Step(Failure{FailureCode::noKeyFrame, "the index has no further key frame"}) : readOn();
}

// Fragments of an MP4 that are not in memory yet have no index.
bool KeyFrameReader::findIndexed() {
  if (!video_.reader->demuxer().has(Demuxer::kIndexesPackets)) return false;
  const int count = avformat_index_get_entries_count(video_.stream);
  // What an edit list cuts off at the start is needed to decode what comes after it, but is not shown itself.
  for (const bool acceptsDiscarded : {false, true}) {
    for (int entry = entry_; entry < count; entry++) {
      const int flags = avformat_index_get_entry(video_.stream, entry)->flags;
      if ((flags & AVINDEX_KEYFRAME) == 0 || (!acceptsDiscarded && (flags & AVINDEX_DISCARD_FRAME) != 0)) continue;
      entry_ = entry;
      return true;
    }
  }
  return false;
}

// Not through libav: on the way to a sample its seeks read whatever lies within 32 KiB of it, and may end at another
// one.
KeyFrameReader::Step KeyFrameReader::readIndexed() {
  const AVIndexEntry& entry = *avformat_index_get_entry(video_.stream, entry_);
  const int64_t end = entry.pos + entry.size;
  // A hostile size can be negative: libav keeps it in fewer bits than the file does.
  if (entry.pos < 0 || entry.size <= 0 || end > file_.sizeOrMax()) {
    return Failure{FailureCode::noKeyFrame, "the key frame is not within the file"};
  }
  if (entry.size > settings_.maxFrameBytes) return tooManyBytes();
  if (!file_.holds(entry.pos, end)) return askFor(file_.firstMissing(entry.pos), end);

  av_packet_unref(packet_.get());
  if (av_new_packet(packet_.get(), entry.size) < 0) throw std::bad_alloc();
  file_.read(entry.pos, packet_->data, static_cast<size_t>(entry.size));
  packet_->stream_index = video_.stream->index;
  packet_->pts = packet_->dts = entry.timestamp;
  packet_->flags = AV_PKT_FLAG_KEY;
  entry_++;
  indexed_ = true;
  return packet_.get();
}

KeyFrameReader::Step KeyFrameReader::readOn() {
  while (packets_++ < limits_.maxPackets) {
    if (!readPacket()) return atEnd();
    if (!isVideo() || (packet_->flags & AV_PKT_FLAG_KEY) == 0) continue;
    if (!isWhole()) return atEnd();
    return packet_.get();
  }
  return Failure{FailureCode::noKeyFrame, "there is no key frame among the first packets"};
}

KeyFrameReader::Step KeyFrameReader::following() {
  while (packets_++ < limits_.maxPackets) {
    if (!readPacket()) return atEnd();
    if (!isVideo()) continue;
    if (!isWhole()) return atEnd();
    return packet_.get();
  }
  return Failure{FailureCode::noKeyFrame, "the first key frame lacks its second field"};
}

bool KeyFrameReader::isVideo() const { return packet_->stream_index == video_.stream->index; }

bool KeyFrameReader::readPacket() {
  av_packet_unref(packet_.get());
  if (following_->size > 0) {
    av_packet_move_ref(packet_.get(), following_.get());
    return true;
  }
  return av_read_frame(video_.container.format.get(), packet_.get()) >= 0;
}

// At a hole libav hands out what it has of a packet. Only one that another of its stream follows was whole before.
bool KeyFrameReader::isWhole() {
  if (!video_.container.io->miss()) return true;
  while (av_read_frame(video_.container.format.get(), following_.get()) >= 0) {
    if (following_->stream_index == video_.stream->index) return true;
    av_packet_unref(following_.get());
  }
  return false;
}

KeyFrameReader::Step KeyFrameReader::atEnd() const {
  const SparseIo& io = *video_.container.io;
  const auto miss = io.miss();
  if (!miss) return Failure{FailureCode::noKeyFrame, "the file has no key frame"};
  const int64_t missing = *miss - video_.reader->insertedBytes();
  const int64_t length = io.missEnd() - *miss;
  if (length > kBufferedBytes) return askFor(missing, missing + length);
  return nextRange(file_, missing);
}

KeyFrameReader::Step KeyFrameReader::askFor(int64_t begin, int64_t end) const {
  if (end - begin > settings_.maxFrameBytes) return tooManyBytes();
  return Need{begin, std::min({end, file_.sizeOrMax(), file_.nextRangeStart(begin)}) - begin};
}

}  // namespace vigie
