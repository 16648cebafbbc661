#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/byte-reader.h"
#include "io/sparse-file.h"

namespace vigie {

// Four-character codes as they stand in the file.
constexpr uint32_t kVideoStreamType = fourCc("vids");
constexpr uint32_t kAudioStreamType = fourCc("auds");

// What the header of one stream (strh, strf) states.
struct AviStream {
  uint32_t type = 0;
  // A unit, a frame or a block of samples, lasts scale / rate seconds.
  uint32_t scale = 0;
  uint32_t rate = 0;
  uint32_t lengthUnits = 0;
  // Of audio.
  uint32_t bytesPerSecond = 0;
  // OpenDML: there may be further RIFF chunks with packets.
  bool hasSuperIndex = false;
};

struct AviLayout {
  uint32_t microsecondsPerFrame = 0;
  // Of avih, or of dmlh, which counts those beyond the first RIFF chunk as well.
  uint32_t frames = 0;
  std::vector<AviStream> streams;
  // The list of packets by its header; behind it lies the index.
  std::optional<int64_t> packetsBegin;
  std::optional<int64_t> packetsEnd;
};

struct RiffChunk {
  uint32_t id;
  int64_t body;
  int64_t end;
};

// Nothing if its header is not in memory.
std::optional<RiffChunk> readRiffChunk(const SparseFile& file, int64_t offset);

uint32_t readLittleEndian32(const SparseFile& file, int64_t offset);

// AVI RIFF File Reference (Microsoft) and OpenDML AVI File Format Extensions 1.02, as far as they are in memory.
AviLayout readAviLayout(const SparseFile& file);

// Whether the first RIFF chunk of an AVI reaches over the file's end, or was never given a size (still written).
bool isRiffTruncated(const SparseFile& file);

}  // namespace vigie
