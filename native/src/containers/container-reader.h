#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "containers/container-facts.h"
#include "containers/demuxers.h"
#include "containers/duration-result.h"
#include "containers/failure.h"
#include "containers/limits.h"
#include "containers/open-container.h"
#include "io/interrupt.h"
#include "io/need.h"
#include "io/sparse-file.h"

namespace vigie {

// What an attempt reads the file for. For pictures libav gets nothing that leads to no packet, and no packet is read
// that is one of the pictures.
enum class Purpose { description, pictures };

// What Vigie knows about the structure of a container and libav does not, or only at a high price. Each family of
// containers has a class of its own; the allow-list (demuxers.cc) names the one of each format. This class itself
// serves the containers that need no such knowledge.
//
// One object belongs to one attempt: later steps use what `prepare` has found.
class ContainerReader {
 public:
  // `file` outlives the reader.
  ContainerReader(const SparseFile& file, const Demuxer& demuxer, Purpose purpose);
  ContainerReader(const ContainerReader&) = delete;
  ContainerReader& operator=(const ContainerReader&) = delete;
  virtual ~ContainerReader() = default;

  const Demuxer& demuxer() const { return demuxer_; }
  Purpose purpose() const { return purpose_; }
  // What libav reads: the file, or the header that `prepare` has arranged in its place.
  const SparseFile& source() const { return arranged_ ? *arranged_ : file_; }

  // The bytes that a description is going to need, as far as the bytes in memory show it. Takes microseconds, so the
  // thread of JavaScript may call it.
  virtual std::optional<Need> foreseeNeed();

  // Called once, before libav reads anything. Returns what ends the attempt: bytes that are needed in any case, or a
  // file that must not reach libav.
  virtual std::optional<std::variant<Need, Failure>> prepare();

  // What to fetch after libav has missed the byte `miss` while it read the header; nothing if that byte changes nothing
  // in the answer. `opened`: libav has understood the header without it.
  virtual std::optional<Need> missingHeader(int64_t miss, bool opened) const;

  // Why libav could not read the header.
  virtual std::string describeUnreadable() const;

  // Called once libav has understood the header: puts right what it has made of the streams.
  virtual void completeStreams(AVFormatContext& format) const;

  // As the answer names it; nothing if the codec is not known.
  virtual std::optional<std::string> findCodecName(const AVStream& stream) const;

  // Reads packets until the parameters that the header leaves open are known. Opens `container` anew if that has used
  // up packets that libav needs; `container.format` is empty if it does not open again.
  virtual void readParameters(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const;

  // Where in the file the packet lies that libav has missed at `miss` of `source()`; nothing if no packet can be had.
  virtual std::optional<int64_t> missingPacket(int64_t miss) const;

  // By so much packets lie further on in `source()` than in the file.
  virtual int64_t insertedBytes() const { return 0; }

  virtual ContainerFacts readFacts(const AVFormatContext& format) const;

  // May move the read position of `container`.
  virtual DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const;

  // Frames per second by the container's own index; nothing if only libav can find it.
  virtual std::optional<double> findFrameRate(const AVStream& video) const;

  // Bits per second of the video stream, given what libav says of it.
  virtual std::optional<int64_t> correctBitRate(std::optional<int64_t> stated, const AVStream& video,
                                                const std::optional<Duration>& duration) const;

 protected:
  const SparseFile& file() const { return file_; }
  bool isArranged() const { return arranged_.has_value(); }
  // ContainerReader::readParameters for MPEG-TS and FLV: by their own packets for a description, by libav's function
  // for other codecs than H.264 and HEVC, and for pictures.
  void readParametersOfPackets(OpenContainer& container, const Limits& limits, Interrupt& interrupt) const;
  // Called each time that `container` has been opened, before packets are read.
  virtual void chooseStreams(AVFormatContext&) const {}
  void arrange(SparseFile header) { arranged_ = std::move(header); }

 private:
  const SparseFile& file_;
  const Demuxer& demuxer_;
  const Purpose purpose_;
  std::optional<SparseFile> arranged_;
};

}  // namespace vigie
