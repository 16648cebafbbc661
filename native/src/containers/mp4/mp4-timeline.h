#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "containers/mp4/mp4-fragment.h"
#include "containers/mp4/mp4-movie.h"

namespace vigie {

// When the tracks of a fragmented MP4 begin and end, by fragments that are added in the order of the file.
class Mp4Timeline {
 public:
  explicit Mp4Timeline(const Mp4Movie& movie);

  void add(const Mp4Fragment& fragment);

  // From the first picture or sound until the last is over, in seconds; nothing before there was one.
  std::optional<double> seconds() const;
  // Of media that was added, along the longest track.
  double addedSeconds() const;
  // Whether every fragment states its time. If not, the times count on from the fragment that was added before.
  bool hasClock() const { return hasClock_; }
  bool holds(uint32_t trackId) const { return spans_.count(trackId) > 0; }

 private:
  struct Span {
    double timescale = 1;
    // Seconds, see `startShift`.
    double shift = 0;
    std::optional<double> begin;
    double end = 0;
    // In units of the media.
    double clockOffset = 0;
    double decodedUntil = 0;
    double added = 0;
  };

  void add(const Mp4FragmentRun& run, Span& span);

  const Mp4Movie& movie_;
  std::map<uint32_t, Span> spans_;
  bool hasClock_ = true;
};

}  // namespace vigie
