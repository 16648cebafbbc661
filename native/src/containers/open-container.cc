#include "containers/open-container.h"

#include <algorithm>
#include <climits>
#include <new>

#include "codecs/valid-colors.h"

extern "C" {
#include <libavutil/dict.h>
}

namespace vigie {
namespace {

// In units of AV_TIME_BASE; libav adds to it.
constexpr int64_t kNoLimitOfDuration = int64_t{24 * 60 * 60} * AV_TIME_BASE;

int refuseToOpen(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); }

void dropInvalidCodes(AVFormatContext& format) {
  for (unsigned i = 0; i < format.nb_streams; i++) dropInvalidColors(*format.streams[i]->codecpar);
}

struct Options {
  AVDictionary* dictionary = nullptr;

  Options() = default;
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options() { av_dict_free(&dictionary); }
  void set(const char* key, const char* value) { av_dict_set(&dictionary, key, value, 0); }
  void set(const char* key, int64_t value) { av_dict_set_int(&dictionary, key, value, 0); }
};

}  // namespace

OpenContainer openContainer(const SparseFile& file, const Demuxer& demuxer, const Limits& limits,
                            Interrupt& interrupt) {
  OpenContainer container;
  const auto access = demuxer.has(Demuxer::kSeeks) ? SparseIo::Access::seekable : SparseIo::Access::forward;
  container.io = std::make_unique<SparseIo>(file, access, interrupt);
  AVFormatContext* format = avformat_alloc_context();
  if (format == nullptr) throw std::bad_alloc();
  format->pb = container.io->context();
  format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_IGNIDX;
  format->io_open = refuseToOpen;
  format->interrupt_callback = {Interrupt::avCallback, &interrupt};
  // One more than allowed: some demuxers go on without the streams that are too many.
  format->max_streams = limits.maxStreams < INT_MAX ? limits.maxStreams + 1 : INT_MAX;
  format->probesize = limits.probeSizeBytes;
  format->max_probe_packets = limits.maxPackets;
  // Bytes and packets are limited; a video may begin after any length of sound.
  format->max_analyze_duration = kNoLimitOfDuration;

  Options options;
  options.set("format_whitelist", demuxerWhitelist().c_str());
  options.set("protocol_whitelist", "");
  // MP4: the samples of a chapter track lie anywhere in the media.
  if (demuxer.has(Demuxer::kSeeks)) options.set("ignore_chapters", 1);

  // On failure libav frees the context itself.
  if (avformat_open_input(&format, "", demuxer.inputFormat(), &options.dictionary) < 0) return container;
  container.format.reset(format);
  dropInvalidCodes(*format);
  if (format->nb_streams > static_cast<unsigned>(limits.maxStreams)) container.format.reset();
  return container;
}

void readCodecParameters(OpenContainer& container) {
  avformat_find_stream_info(container.format.get(), nullptr);
  dropInvalidCodes(*container.format);
}

bool isCoverArt(const AVStream& stream) { return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0; }

namespace {

bool isDefault(const AVStream& stream) { return (stream.disposition & AV_DISPOSITION_DEFAULT) != 0; }

bool isInProgram(const AVProgram& program, int stream) {
  const unsigned* begin = program.stream_index;
  const unsigned* end = begin + program.nb_stream_indexes;
  return std::find(begin, end, static_cast<unsigned>(stream)) != end;
}

// The first that the file marks as default, else the first of all.
template <typename Accept>
AVStream* findFirst(const AVFormatContext& format, Accept accept) {
  AVStream* first = nullptr;
  for (unsigned i = 0; i < format.nb_streams; i++) {
    AVStream* stream = format.streams[i];
    if (!accept(*stream)) continue;
    if (isDefault(*stream)) return stream;
    if (first == nullptr) first = stream;
  }
  return first;
}

}  // namespace

AVStream* findVideoStream(const AVFormatContext& format) {
  const auto isVideo = [](const AVStream& stream) {
    return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !isCoverArt(stream);
  };
  AVStream* wanted =
      findFirst(format, [&](const AVStream& stream) { return isVideo(stream) && stream.discard < AVDISCARD_ALL; });
  return wanted != nullptr ? wanted : findFirst(format, isVideo);
}

AVStream* findAudioStream(const AVFormatContext& format, const AVStream& video) {
  const AVProgram* program = av_find_program_from_stream(const_cast<AVFormatContext*>(&format), nullptr, video.index);
  return findFirst(format, [program](const AVStream& stream) {
    if (stream.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) return false;
    return program == nullptr || isInProgram(*program, stream.index);
  });
}

}  // namespace vigie
