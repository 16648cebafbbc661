#pragma once

#include <algorithm>
#include <optional>

namespace vigie {

// The last two times of a stream whose pictures may come in any order, and how long the last one says that it lasts.
class LastTimes {
 public:
  void add(double time, double duration) {
    if (last_ && time <= *last_) {
      if (time < *last_) before_ = std::max(before_.value_or(time), time);
      return;
    }
    before_ = last_;
    last_ = time;
    duration_ = duration;
  }

  // Of these, there is one once a time was added.
  double last() const { return *last_; }
  double duration() const { return duration_; }
  // From the one before to the last.
  std::optional<double> interval() const { return before_ ? std::optional(*last_ - *before_) : std::nullopt; }

 private:
  std::optional<double> last_;
  std::optional<double> before_;
  double duration_ = 0;
};

}  // namespace vigie
