#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "containers/container-reader.h"
#include "containers/mp4/mp4-fragments.h"
#include "containers/mp4/mp4-layout.h"
#include "containers/mp4/mp4-movie.h"

namespace vigie {

// MP4, MOV, 3GP: libav needs `moov` whole and seeks to it; nothing beside it matters to a description.
class Mp4Reader final : public ContainerReader {
 public:
  using ContainerReader::ContainerReader;

  std::optional<Need> foreseeNeed() override;
  std::optional<std::variant<Need, Failure>> prepare() override;
  std::optional<Need> missingHeader(int64_t miss, bool opened) const override;
  std::string describeUnreadable() const override;
  void completeStreams(AVFormatContext& format) const override;
  std::optional<std::string> findCodecName(const AVStream& stream) const override;
  std::optional<int64_t> missingPacket(int64_t miss) const override;
  ContainerFacts readFacts(const AVFormatContext& format) const override;
  DurationResult findDuration(OpenContainer& container, const AVStream& video, const Limits& limits) const override;
  std::optional<double> findFrameRate(const AVStream& video) const override;
  std::optional<int64_t> correctBitRate(std::optional<int64_t> stated, const AVStream& video,
                                        const std::optional<Duration>& duration) const override;

 private:
  bool isMoovComplete() const;
  std::optional<Need> missingMoov() const;
  Need rangeAt(int64_t offset) const;
  std::optional<Need> searchMoov();
  Need nextMediaBox() const;
  std::optional<Need> readFragments();
  void hideIndexes();
  void hideSampleTables();
  std::optional<Failure> refuseSampleClaims() const;
  // The file ends before the last samples begin.
  bool isChunkMissing() const;

  Mp4Layout layout_;
  Mp4Movie movie_;
  Mp4FragmentFacts fragments_;
  // libav gets a header without tables of samples, and no packets.
  bool isLean_ = false;
  // Of each track whose tables of samples are hidden from libav.
  std::map<uint32_t, int64_t> mediaBytes_;
};

}  // namespace vigie
