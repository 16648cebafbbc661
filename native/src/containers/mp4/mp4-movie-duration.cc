#include "containers/mp4/mp4-movie-duration.h"

#include <algorithm>
#include <cmath>

namespace vigie {
namespace {

std::optional<double> unitsToSeconds(std::optional<uint64_t> units, uint32_t timescale) {
  if (!units || timescale == 0) return {};
  return static_cast<double>(*units) / timescale;
}

double secondsOr(std::optional<uint64_t> units, uint32_t timescale, double other) {
  return unitsToSeconds(units, timescale).value_or(other);
}

std::optional<double> mediaSeconds(const Mp4Track& track) {
  return unitsToSeconds(track.mediaDuration, track.timescale);
}

// How long the edits last, one after the other.
std::optional<double> editedSeconds(const Mp4Movie& movie, const Mp4Track& track) {
  double seconds = 0;
  for (const Mp4Edit& edit : track.edits) {
    if (edit.duration > 0) {
      seconds += secondsOr(edit.duration, movie.timescale, 0);
    } else if (!edit.isEmpty()) {
      const double begin = secondsOr(edit.mediaTime, track.timescale, 0);
      seconds += std::max(0.0, mediaSeconds(track).value_or(0) - begin);
    }
  }
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

// An edit to the end of the media does not say whether it trims or only makes up for pictures that are reordered.
bool trimsStart(const Mp4Track& track) {
  return std::any_of(track.edits.begin(), track.edits.end(),
                     [](const Mp4Edit& edit) { return edit.mediaTime > 0 && edit.duration > 0; });
}

// But for the priming of an audio codec.
bool isSame(double a, double b) { return std::abs(a - b) < 0.1; }

// Some editors trim by an edit list and leave the headers as they were: those state the whole media.
bool repeatsTrimmedMedia(double stated, const Mp4Movie& movie, const Mp4Track& track) {
  const auto edited = editedSeconds(movie, track);
  const auto media = mediaSeconds(track);
  return edited && media && trimsStart(track) && *edited < stated && isSame(stated, *media);
}

double trackSeconds(const Mp4Movie& movie, const Mp4Track& track) {
  const auto edited = editedSeconds(movie, track);
  auto stated = unitsToSeconds(track.duration, movie.timescale);
  if (stated && repeatsTrimmedMedia(*stated, movie, track)) stated.reset();
  if (stated || edited) return std::max(stated.value_or(0), edited.value_or(0));
  return mediaSeconds(track).value_or(0);
}

}  // namespace

std::optional<double> movieSeconds(const Mp4Movie& movie) {
  auto stated = unitsToSeconds(movie.duration, movie.timescale);
  double longest = 0;
  for (const Mp4Track& track : movie.tracks) {
    if (!isPresented(track)) continue;
    longest = std::max(longest, trackSeconds(movie, track));
    if (stated && repeatsTrimmedMedia(*stated, movie, track)) stated.reset();
  }
  const double seconds = std::max(longest, stated.value_or(0));
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

double startShift(const Mp4Movie& movie, const Mp4Track& track) {
  double waits = 0;
  for (const Mp4Edit& edit : track.edits) {
    if (!edit.isEmpty()) return secondsOr(edit.mediaTime, track.timescale, 0) - waits;
    waits += secondsOr(edit.duration, movie.timescale, 0);
  }
  return 0;
}

}  // namespace vigie
