#include "containers/mp4/mp4-timeline.h"

#include <algorithm>

#include "containers/mp4/mp4-movie-duration.h"

namespace vigie {
Mp4Timeline::Mp4Timeline(const Mp4Movie& movie) : movie_(movie) {}

void Mp4Timeline::add(const Mp4Fragment& fragment) {
  for (const Mp4FragmentRun& run : fragment.runs) {
    if (run.samples == 0) continue;
    const Mp4Track* track = findMp4Track(movie_, run.trackId);
    if (track == nullptr || track->timescale == 0 || !isPresented(*track)) continue;
    auto [known, isNew] = spans_.try_emplace(run.trackId);
    Span& span = known->second;
    if (isNew) {
      span.timescale = track->timescale;
      // The delay by which pictures are reordered is not a part of the track, whether an edit list says so or not.
      span.shift =
          track->edits.empty() ? static_cast<double>(run.shownFrom) / span.timescale : startShift(movie_, *track);
      // The samples in moov come before those in fragments.
      if (track->samples > 0) {
        span.begin = 0;
        span.decodedUntil = static_cast<double>(track->mediaDuration.value_or(0));
      }
    }
    add(run, span);
  }
}

void Mp4Timeline::add(const Mp4FragmentRun& run, Span& span) {
  if (!run.begin) hasClock_ = false;
  double begin = run.begin ? static_cast<double>(*run.begin) + span.clockOffset : span.decodedUntil;
  // A clock that goes back is another recording, joined to the one before.
  if (begin < span.decodedUntil - span.timescale) {
    span.clockOffset += span.decodedUntil - begin;
    begin = span.decodedUntil;
  }
  const double shownFrom = (begin + static_cast<double>(run.shownFrom)) / span.timescale - span.shift;
  const double shownUntil = (begin + static_cast<double>(run.shownUntil)) / span.timescale - span.shift;
  // What lies before is cut off by the edit list.
  span.begin = std::min(span.begin.value_or(shownFrom), std::max(shownFrom, 0.0));
  span.end = std::max(span.end, shownUntil);
  span.decodedUntil = begin + static_cast<double>(run.duration);
  span.added += static_cast<double>(run.duration) / span.timescale;
}

std::optional<double> Mp4Timeline::seconds() const {
  std::optional<double> begin;
  double end = 0;
  for (const auto& [id, span] : spans_) {
    begin = std::min(begin.value_or(*span.begin), *span.begin);
    end = std::max(end, span.end);
  }
  if (!begin || end <= *begin) return {};
  return end - *begin;
}

double Mp4Timeline::addedSeconds() const {
  double longest = 0;
  for (const auto& [id, span] : spans_) longest = std::max(longest, span.added);
  return longest;
}

}  // namespace vigie
