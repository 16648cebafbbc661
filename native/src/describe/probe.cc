#include "describe/probe.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "containers/bit-rate.h"
#include "containers/container-reader.h"
#include "containers/demuxers.h"
#include "containers/detect-format.h"
#include "describe/behind-tag.h"
#include "describe/decoder-parameters.h"
#include "describe/describe-media.h"
#include "describe/frame-rate.h"
#include "describe/open-video.h"
#include "io/interruptible.h"

namespace vigie {
namespace {

// Enough for the thousandths that broadcasting's rates are short of whole numbers.
constexpr int kMaxRateDenominator = 60'060;

std::optional<int64_t> overallBitRate(const Media& media) {
  if (!media.sizeBytes || !media.duration || media.duration->seconds <= 0) return {};
  return toBitRate(static_cast<double>(*media.sizeBytes) * 8 / media.duration->seconds);
}

// Rounded once, after all that was added up: to whole microseconds, as libav counts them, and so to the double that is
// nearest to a decimal fraction of six digits. Nothing that is left is no duration.
std::optional<Duration> toMicroseconds(std::optional<Duration> duration) {
  if (!duration) return duration;
  duration->seconds = std::round(duration->seconds * AV_TIME_BASE) / AV_TIME_BASE;
  if (duration->seconds <= 0) return std::nullopt;
  return duration;
}

// Each step may read packets, so the order counts.
Answer describe(std::optional<int64_t> fileBytes, OpenVideo& opened, const Limits& limits) {
  auto& [reader, container, video] = opened;
  Media media;
  media.facts = reader->readFacts(*container.format);
  media.sizeBytes = fileBytes;
  readDecoderParameters(container, *video, limits);
  media.video = describeVideo(*reader, *container.format, *video);
  media.video.frameRate = reader->findFrameRate(*video);
  // The last picture lasts as long as the others.
  if (media.video.frameRate) video->avg_frame_rate = av_d2q(*media.video.frameRate, kMaxRateDenominator);
  if (!media.video.frameRate) media.video.frameRate = findFrameRate(container, reader->demuxer(), *video, limits);
  auto duration = reader->findDuration(container, *video, limits);
  if (const auto* need = std::get_if<Need>(&duration)) return *need;
  media.duration = toMicroseconds(std::get<std::optional<Duration>>(duration));
  countStreams(*container.format, media);
  media.audio = describeAudio(*reader, *container.format, *video);
  media.bitRate = overallBitRate(media);
  media.video.bitRate = reader->correctBitRate(media.video.bitRate, *video, media.duration);
  return media;
}

// `fileBytes`: with a tag that is not in `file`.
Answer probeUninterrupted(const SparseFile& file, std::optional<int64_t> fileBytes, const Limits& limits,
                          Interrupt& interrupt) {
  auto opened = openVideo(file, Purpose::description, limits, interrupt);
  if (const auto* need = std::get_if<Need>(&opened)) return *need;
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  return describe(fileBytes, std::get<OpenVideo>(opened), limits);
}

}  // namespace

std::optional<Need> foreseeNeed(const SparseFile& file) {
  const ByteView head = file.viewFrom(0);
  if (head.size < kDetectionBytes && !file.endsAt(static_cast<int64_t>(head.size))) return {};
  const Demuxer* demuxer = matchMarks({head.data, std::min(head.size, kDetectionBytes)});
  if (demuxer == nullptr) return {};
  return demuxer->makeReader(file, *demuxer, Purpose::description)->foreseeNeed();
}

Answer probe(const SparseFile& file, const Limits& limits, Interrupt& interrupt) {
  const Failure timeout{FailureCode::probeTimeout, "the probe took longer than its time limit"};
  return unlessInterrupted<Answer>(interrupt, Cancelled{}, timeout, [&] {
    return runBehindTag<Answer>(
        file, [&](const SparseFile& rest) { return probeUninterrupted(rest, file.size(), limits, interrupt); });
  });
}

}  // namespace vigie
