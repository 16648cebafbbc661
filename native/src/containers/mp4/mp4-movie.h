#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "containers/mp4/mp4-layout.h"
#include "io/sparse-file.h"

namespace vigie {

// An entry of an edit list (ISO/IEC 14496-12, 8.6.6).
struct Mp4Edit {
  // In units of the movie; 0: to the end of the media.
  uint64_t duration = 0;
  // Where in the media it begins, in units of the media; below 0: nothing is shown meanwhile.
  int64_t mediaTime = 0;

  bool isEmpty() const { return mediaTime < 0; }
};

// The first description of a track's samples (stsd; ISO/IEC 14496-12, 8.5.2).
struct Mp4SampleEntry {
  // fourCc("avc1") ...; 0: there is none.
  uint32_t type = 0;
  // Of a video; 0 where it does not say.
  int width = 0;
  int height = 0;
  // Whether it states the aspect ratio of a pixel itself (pasp).
  bool hasPixelAspect = false;
  // Whether it has the parameter sets of its codec (avcC, hvcC) or needs none beside its configuration (av1C).
  bool isSelfContained = false;
};

// What moov states of a track. Durations of all ones or zero are none.
struct Mp4Track {
  uint32_t id = 0;
  // fourCc("vide"), fourCc("soun") ...
  uint32_t handler = 0;
  // Units of the movie (tkhd).
  std::optional<uint64_t> duration;
  // Units of the media per second, and their number (mdhd; else the sum of the samples' durations).
  uint32_t timescale = 0;
  std::optional<uint64_t> mediaDuration;
  // Of nearly all samples in moov (stts), in units of the media.
  std::optional<uint32_t> usualSampleDuration;
  std::vector<Mp4Edit> edits;
  // In pixels, as the track is shown (tkhd).
  double shownWidth = 0;
  double shownHeight = 0;
  Mp4SampleEntry sampleEntry;
  // In moov itself, without fragments.
  uint32_t samples = 0;
  std::optional<Mp4Box> sampleTable;
  // Where the last chunk of its samples begins in the file.
  std::optional<uint64_t> lastChunk;
};

// Whether it is video or audio; other tracks (chapters, time codes, hints) accompany those.
bool isPresented(const Mp4Track& track);

bool isVideo(const Mp4Track& track);

struct Mp4Movie {
  // Units of the movie per second, and their number (mvhd).
  uint32_t timescale = 0;
  std::optional<uint64_t> duration;
  std::vector<Mp4Track> tracks;
};

// Null when there is none of that number.
const Mp4Track* findMp4Track(const Mp4Movie& movie, uint32_t id);
bool isPresented(const Mp4Movie& movie, uint32_t trackId);

// Without the tracks, which takes microseconds.
Mp4Movie readMp4MovieHeader(const SparseFile& file, const Mp4Box& moov);

// `moov` has to be in memory: what is missing or damaged is left out.
Mp4Movie readMp4Movie(const SparseFile& file, const Mp4Box& moov);

}  // namespace vigie
