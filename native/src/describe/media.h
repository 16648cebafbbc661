#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "containers/container-facts.h"

namespace vigie {

// What a probe says of a video; lib/alert/src/media.ts says what each field means.

struct VideoTrack {
  std::string codec;
  std::optional<std::string> profile;
  int width = 0;
  int height = 0;
  int displayWidth = 0;
  int displayHeight = 0;
  int rotation = 0;
  std::optional<std::string> sampleAspectRatio;
  std::optional<double> frameRate;
  std::optional<std::string> pixelFormat;
  std::optional<std::string> colorPrimaries;
  std::optional<std::string> colorTransfer;
  std::optional<std::string> colorSpace;
  std::optional<std::string> colorRange;
  bool hdr = false;
  std::optional<int64_t> bitRate;
};

struct AudioTrack {
  std::string codec;
  std::optional<int> sampleRate;
  std::optional<int> channels;
};

struct Media {
  ContainerFacts facts;
  std::optional<int64_t> sizeBytes;
  VideoTrack video;
  std::optional<AudioTrack> audio;
  std::optional<Duration> duration;
  std::optional<int64_t> bitRate;
  int videoStreams = 0;
  int coverArtStreams = 0;
  int audioStreams = 0;
};

}  // namespace vigie
