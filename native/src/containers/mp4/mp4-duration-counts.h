#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace vigie {

// How many samples of a track last how long, in units of its media.
class Mp4DurationCounts {
 public:
  void add(uint32_t duration, uint64_t samples) {
    all_ += samples;
    if (counts_.size() < kMaxDurations || counts_.count(duration) > 0) counts_[duration] += samples;
  }

  // How long nearly all of them last, though one may last until the sound goes on; nothing if they differ.
  std::optional<uint32_t> usual() const {
    constexpr double kNearlyAll = 0.9;
    for (const auto& [duration, samples] : counts_) {
      if (duration > 0 && static_cast<double>(samples) >= kNearlyAll * static_cast<double>(all_)) return duration;
    }
    return {};
  }

 private:
  // More than that, and none is the usual one.
  static constexpr size_t kMaxDurations = 32;

  std::map<uint32_t, uint64_t> counts_;
  uint64_t all_ = 0;
};

}  // namespace vigie
