#include "containers/detect-format.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>
#include <vector>

#include "codecs/elementary-stream.h"

namespace vigie {
namespace {

struct Signature {
  size_t offset;
  std::string_view bytes;
  const char* libavName;
};

using namespace std::string_view_literals;

constexpr const char* kMov = "mov,mp4,m4a,3gp,3g2,mj2";

// Unmistakable first bytes. They spare asking each of libav's several hundred demuxers.
constexpr Signature kSignatures[] = {
    {4, "ftyp"sv, kMov},
    {4, "moov"sv, kMov},
    {4, "mdat"sv, kMov},
    {4, "wide"sv, kMov},
    {4, "styp"sv, kMov},
    {0, "\x1A\x45\xDF\xA3"sv, "matroska,webm"},
    {8, "AVI "sv, "avi"},
    {0, "FLV\x01"sv, "flv"},
    {0, "OggS\0"sv, "ogg"},
    {0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"sv, "asf"},
    {0, "\x06\x0E\x2B\x34\x02\x05\x01\x01\x0D\x01\x02\x01\x01\x02"sv, "mxf"},
    {0, "DKIF\0\0"sv, "ivf"},
    {0, "\0\0\x01\xBA"sv, "mpeg"},
    // A start code, then a sequence or video parameter set.
    {0, "\0\0\0\x01\x67"sv, "h264"},
    {0, "\0\0\0\x01\x40\x01"sv, "hevc"},
};

constexpr size_t kTextBytes = 1024;
// Below this libav itself asks for more bytes before it believes the guess.
constexpr int kMinScore = AVPROBE_SCORE_RETRY + 1;

const Demuxer* matchSignature(ByteView head) {
  for (const Signature& signature : kSignatures) {
    const size_t end = signature.offset + signature.bytes.size();
    if (head.size >= end &&
        std::memcmp(head.data + signature.offset, signature.bytes.data(), signature.bytes.size()) == 0) {
      return findDemuxer(signature.libavName);
    }
  }
  return nullptr;
}

// MPEG-TS has no signature but a sync byte at the head of each packet; Blu-ray and AVCHD put four bytes before it.
bool isTransportStream(ByteView head) {
  constexpr uint8_t kSyncByte = 0x47;
  constexpr size_t kPacketsToSee = 16;
  const auto hasSyncBytes = [head](size_t first, size_t packetBytes) {
    if (head.size < first + kPacketsToSee * packetBytes) return false;
    for (size_t i = 0; i < kPacketsToSee; i++) {
      if (head.data[first + i * packetBytes] != kSyncByte) return false;
    }
    return true;
  };
  return hasSyncBytes(0, 188) || hasSyncBytes(4, 192);
}

// No container begins with a page of text; playlists, manifests, web pages and session descriptions do.
bool isText(ByteView head) {
  const size_t count = std::min(head.size, kTextBytes);
  const auto isTextByte = [](uint8_t byte) {
    return byte >= 0x20 ? byte != 0x7F : byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f';
  };
  return std::all_of(head.data, head.data + count, isTextByte);
}

bool isAudioFormat(std::string_view libavName) {
  constexpr std::string_view kNames[] = {"aac"sv,  "ac3"sv,  "aiff"sv, "amr"sv,    "ape"sv, "au"sv,  "dts"sv, "eac3"sv,
                                         "flac"sv, "loas"sv, "mp3"sv,  "truehd"sv, "tta"sv, "w64"sv, "wav"sv, "wv"sv};
  return std::find(std::begin(kNames), std::end(kNames), libavName) != std::end(kNames);
}

// What begins in the middle of a stream, or between the pictures of one that libav does not know by so little.
DetectedFormat detectElementary(ByteView head) {
  constexpr uint8_t kJpeg[] = {0xFF, 0xD8, 0xFF};
  if (head.size >= sizeof kJpeg && std::memcmp(head.data, kJpeg, sizeof kJpeg) == 0) return ForbiddenFormat{"jpeg"};
  const char* name = findElementaryStream(head);
  if (name == nullptr) return UnknownFormat{};
  if (const Demuxer* demuxer = findDemuxer(name)) return demuxer;
  return ForbiddenFormat{name};
}

}  // namespace

const Demuxer* matchMarks(ByteView head) {
  if (const Demuxer* demuxer = matchSignature(head)) return demuxer;
  return isTransportStream(head) ? findDemuxer("mpegts") : nullptr;
}

size_t bytesBeforeTransportStream(ByteView head) {
  if (matchSignature(head) != nullptr) return 0;
  for (size_t offset = 0; offset < head.size; offset++) {
    if (isTransportStream({head.data + offset, head.size - offset})) return offset;
  }
  return 0;
}

DetectedFormat detectFormat(ByteView head) {
  if (const Demuxer* demuxer = matchMarks(head)) return demuxer;
  if (isText(head)) return PlainText{};

  const size_t count = std::min(head.size, kDetectionBytes);
  std::vector<uint8_t> padded(count + AVPROBE_PADDING_SIZE, 0);
  std::copy_n(head.data, count, padded.begin());
  AVProbeData data = {};
  data.filename = "";
  data.buf = padded.data();
  data.buf_size = static_cast<int>(count);
  int score = 0;
  const AVInputFormat* format = av_probe_input_format3(&data, 1, &score);
  if (format == nullptr || score < kMinScore) return detectElementary({head.data, count});
  if (const Demuxer* demuxer = findDemuxer(format->name)) return demuxer;
  if (isAudioFormat(format->name)) return AudioFormat{format->name};
  return ForbiddenFormat{format->name};
}

}  // namespace vigie
