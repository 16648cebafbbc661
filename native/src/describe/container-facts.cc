#include "describe/container-facts.h"

#include <string_view>

#include "containers/matroska/matroska-layout.h"
#include "containers/riff/riff-layout.h"

namespace vigie {
namespace {

std::string containerOfBrand(const AVFormatContext& format) {
  const AVDictionaryEntry* entry = av_dict_get(format.metadata, "major_brand", nullptr, 0);
  // QuickTime files of before the file type box have none.
  if (entry == nullptr) return "mov";
  const std::string_view brand(entry->value);
  if (brand.substr(0, 2) == "qt") return "mov";
  if (brand.substr(0, 3) == "3gp" || brand.substr(0, 3) == "3g2") return "3gp";
  return "mp4";
}

}  // namespace

ContainerFacts readContainerFacts(const SparseFile& file, const Demuxer& demuxer, const AVFormatContext& format,
                                  const Mp4Layout& mp4) {
  ContainerFacts facts;
  facts.container = demuxer.container;
  switch (demuxer.family) {
    case Family::mp4:
      facts.container = containerOfBrand(format);
      facts.truncated = mp4.truncated;
      facts.moovAtEnd = mp4.moovAtEnd;
      facts.fragmented = mp4.fragmented;
      break;
    case Family::matroska: {
      const MatroskaLayout layout = readMatroskaLayout(file);
      if (layout.docType == "webm") facts.container = layout.docType;
      facts.truncated = layout.truncated;
      break;
    }
    case Family::riff:
      facts.truncated = isRiffTruncated(file);
      break;
    case Family::mpegts:
    case Family::flv:
    case Family::ogg:
    case Family::other:
      break;
  }
  return facts;
}

}  // namespace vigie
