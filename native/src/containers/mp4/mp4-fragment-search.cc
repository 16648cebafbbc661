#include "containers/mp4/mp4-fragment-search.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "containers/mp4/mp4-box-chain.h"
#include "containers/mp4/mp4-fragment.h"
#include "containers/mp4/mp4-random-access.h"
#include "containers/mp4/mp4-timeline.h"
#include "io/byte-reader.h"
#include "io/next-range.h"
#include "io/padding.h"

namespace vigie {
namespace {

// Tails to search for the last fragments, one after the other: the first, and those that are so many times as long.
constexpr int64_t kMinTailBytes = 32 * 1024;
constexpr int64_t kMaxFirstTailBytes = 96 * 1024;
constexpr int64_t kTailFactors[] = {1, 3, 10};
// So few fragments are reached by the boxes of the file sooner than by a larger tail.
constexpr int64_t kFewFragments = 4;
// Ranges after which the rest of the fragments is estimated; the limits of a probe allow 16.
constexpr size_t kMaxRanges = 14;
// Fragments up to this size are read through, of larger ones the headers alone.
constexpr int64_t kSmallFragmentBytes = 64 * 1024;
// So much before the end is read at once.
constexpr int64_t kShortRestBytes = 96 * 1024;
constexpr int64_t kBoxHeaderBytes = 16;
constexpr int64_t kLikelyMoofBytes = 4 * 1024;
constexpr int64_t kMaxLikelyMoofBytes = 64 * 1024;

// On average, of those that are known.
int64_t fragmentBytes(const Mp4BoxChain& chain) {
  if (chain.moofs.empty()) return kMinTailBytes;
  return (chain.end - chain.moofs.front().begin) / static_cast<int64_t>(chain.moofs.size());
}

// A tail that is likely to hold a whole fragment.
int64_t firstTailBytes(const Mp4BoxChain& front) {
  const int64_t fragmentAndMore = fragmentBytes(front) + kMinTailBytes / 2;
  return std::clamp(fragmentAndMore, kMinTailBytes, kMaxFirstTailBytes);
}

std::optional<Mp4BoxChain> followMoof(const SparseFile& file, int64_t offset, const Mp4Movie& movie) {
  const auto moof = readMp4Box(file, offset, file.sizeOrMax());
  const auto fragment = moof ? readMp4Fragment(file, *moof, {}) : std::nullopt;
  if (!fragment || !isPresented(movie, fragment->runs.front().trackId)) return {};
  Mp4BoxChain chain = followMp4Boxes(file, offset);
  return chain.reachesEnd() ? std::optional(std::move(chain)) : std::nullopt;
}

// The boxes from the first fragment on that begins between `begin` and `end`, which are in memory, where they lead to
// the file's end or to what is no box; the letters "moof" somewhere in the media data do not begin such a chain.
std::optional<Mp4BoxChain> findMoofs(const SparseFile& file, int64_t begin, int64_t end, const Mp4Movie& movie) {
  for (const int64_t place : findMp4BoxLetters(file, begin, end, fourCc("moof"))) {
    if (auto chain = followMoof(file, place, movie)) return chain;
  }
  return {};
}

// mfra states when the fragment is shown (ISO/IEC 14496-12, 8.8.10).
uint64_t decodingTime(const Mp4FragmentRun& run, const Mp4RandomAccess& access) {
  const auto delay = static_cast<uint64_t>(std::max<int64_t>(0, run.shownFrom));
  return access.time - std::min(access.time, delay);
}

class FragmentSearch {
 public:
  FragmentSearch(const SparseFile& file, const Mp4Box& mvex, const Mp4Movie& movie)
      : file_(file),
        movie_(movie),
        defaults_(readSampleDurations(file, mvex)),
        front_(followMp4Boxes(file, 0)),
        timeline_(movie),
        end_(file.sizeOrMax()) {}

  Mp4FragmentResult run() {
    if (const auto need = addFragments(front_)) return *need;
    if (front_.reachesEnd()) return measured(front_);
    if (!file_.size()) return Mp4FragmentFacts{};
    if (const auto tail = missingTail(file_, firstTailBytes(front_))) return *tail;
    if (const auto need = addIndexed()) return *need;
    return indexedEnd_ > 0 ? afterIndexed() : searchTails();
  }

 private:
  Mp4FragmentResult measured(const Mp4BoxChain& chain) const {
    Mp4FragmentFacts facts;
    facts.truncated = chain.stop == Mp4BoxChain::Stop::cut;
    if (const auto seconds = timeline_.seconds()) facts.duration = Duration{*seconds, DurationSource::index};
    return facts;
  }

  std::optional<Need> addFragments(const Mp4BoxChain& chain) {
    for (const Mp4Box& moof : chain.moofs) {
      if (const auto need = addFragment(moof)) return need;
    }
    return {};
  }

  std::optional<Need> addFragment(const Mp4Box& moof) {
    const int64_t missing = file_.firstMissing(moof.begin);
    if (missing < moof.end) return nextRange(file_, missing, moof.end);
    if (const auto fragment = readMp4Fragment(file_, moof, defaults_)) {
      timeline_.add(*fragment);
      if (fragments_++ == 0) firstSequence_ = fragment->sequence;
      lastSequence_ = fragment->sequence;
    }
    return {};
  }

  // What mfra leads to.
  std::optional<Need> addIndexed() {
    for (const Mp4RandomAccess& last : readLastRandomAccesses(file_, movie_)) {
      if (last.moof < std::max(front_.end, indexedEnd_)) continue;
      const int64_t missing = file_.firstMissing(last.moof);
      const auto moof = readMp4Box(file_, last.moof, *file_.size());
      if (!moof && missing < last.moof + kBoxHeaderBytes) {
        return nextRange(file_, missing, last.moof + likelyMoofBytes());
      }
      if (!moof || moof->type != fourCc("moof") || moof->end > *file_.size()) continue;
      if (missing < moof->end) return nextRange(file_, missing, moof->end);
      auto fragment = readMp4Fragment(file_, *moof, defaults_);
      if (!fragment) continue;
      for (Mp4FragmentRun& run : fragment->runs) {
        if (run.trackId == last.trackId && !run.begin) run.begin = decodingTime(run, last);
      }
      timeline_.add(*fragment);
      indexedEnd_ = moof->end;
    }
    return {};
  }

  // An index may leave out the last fragments: it lists those that begin with a key frame.
  Mp4FragmentResult afterIndexed() {
    const Mp4BoxChain rest = followMp4Boxes(file_, indexedEnd_);
    if (!rest.reachesEnd()) {
      if (file_.rangeCount() >= kMaxRanges) return estimate(timeline_.seconds().value_or(0), false);
      const int64_t missing = file_.firstMissing(rest.end);
      return nextRange(file_, missing, missing + likelyMoofBytes());
    }
    if (const auto need = addFragments(rest)) return *need;
    return measured(rest);
  }

  Mp4FragmentResult searchTails() {
    if (const auto need = passOverPadding()) return *need;
    for (const int64_t factor : kTailFactors) {
      const int64_t begin = std::max<int64_t>(0, end_ - firstTailBytes(front_) * factor);
      const int64_t missing = file_.firstMissing(begin);
      if (missing < end_ && isNearEnd()) break;
      if (missing < end_) return Need{missing, std::min(end_, file_.nextRangeStart(missing)) - missing};
      if (const auto chain = findMoofs(file_, begin, end_, movie_)) return fromTail(*chain);
    }
    if (file_.rangeCount() < kMaxRanges) return nextBox();
    return estimateByBytes();
  }

  // A file that was allocated in advance ends with zeros.
  std::optional<Need> passOverPadding() {
    const auto padding = findPadding(file_, front_.end, kMaxRanges - std::size(kTailFactors));
    if (const auto* need = std::get_if<Need>(&padding)) return *need;
    end_ = std::get<int64_t>(padding);
    return {};
  }

  Mp4FragmentResult fromTail(const Mp4BoxChain& tail) {
    const int64_t frontFragments = fragments_;
    if (const auto need = addFragments(tail)) return *need;
    if (timeline_.hasClock()) return measured(tail);
    // Without a clock those between count too.
    if (file_.rangeCount() < kMaxRanges) return nextBox();
    return frontFragments > 0 ? estimateBySequence(tail) : estimateByBytes();
  }

  // The header of the next box along the file, and the fragment that is likely to begin there.
  Need nextBox() const {
    const int64_t missing = file_.firstMissing(front_.end);
    if (missing < end_ && end_ - missing <= kShortRestBytes) {
      return Need{missing, std::min(end_, file_.nextRangeStart(missing)) - missing};
    }
    if (fragmentBytes(front_) <= kSmallFragmentBytes) return nextRange(file_, missing);
    return nextRange(file_, missing, missing + likelyMoofBytes());
  }

  // Twice the largest that is known.
  int64_t likelyMoofBytes() const {
    int64_t largest = kLikelyMoofBytes;
    for (const Mp4Box& moof : front_.moofs) largest = std::max(largest, moof.end - moof.begin);
    return std::min(2 * largest, kMaxLikelyMoofBytes);
  }

  bool isNearEnd() const { return end_ - front_.end <= kFewFragments * fragmentBytes(front_); }

  static Mp4FragmentFacts estimate(double seconds, bool truncated) {
    Mp4FragmentFacts facts;
    facts.truncated = truncated;
    if (seconds > 0) facts.duration = Duration{seconds, DurationSource::estimate};
    return facts;
  }

  // As if every fragment lasted as long as those that are known.
  Mp4FragmentFacts estimateBySequence(const Mp4BoxChain& tail) const {
    const auto known = static_cast<double>(fragments_);
    const double all = std::max(known, static_cast<double>(lastSequence_) - firstSequence_ + 1);
    return estimate(timeline_.addedSeconds() / known * all, tail.stop == Mp4BoxChain::Stop::cut);
  }

  // As if the rest were as dense as what is known.
  Mp4FragmentFacts estimateByBytes() const {
    if (front_.moofs.empty() || front_.end > end_) return {};
    const int64_t begin = front_.moofs.front().begin;
    const double share = static_cast<double>(end_ - begin) / static_cast<double>(front_.end - begin);
    return estimate(timeline_.addedSeconds() * share, false);
  }

  const SparseFile& file_;
  const Mp4Movie& movie_;
  const Mp4SampleDurations defaults_;
  const Mp4BoxChain front_;
  Mp4Timeline timeline_;
  // Of the media: of the file, without padding behind.
  int64_t end_;
  int64_t fragments_ = 0;
  uint32_t firstSequence_ = 0;
  uint32_t lastSequence_ = 0;
  // Of the last fragment that mfra has led to.
  int64_t indexedEnd_ = 0;
};

}  // namespace

Mp4FragmentResult searchMp4Fragments(const SparseFile& file, const Mp4Box& mvex, const Mp4Movie& movie) {
  return FragmentSearch(file, mvex, movie).run();
}

std::optional<Need> missingFragmentTail(const SparseFile& file) {
  const Mp4BoxChain front = followMp4Boxes(file, 0);
  return front.reachesEnd() ? std::nullopt : missingTail(file, firstTailBytes(front));
}

}  // namespace vigie
