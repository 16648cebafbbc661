#include "codecs/h264-parameters.h"

#include <algorithm>
#include <climits>
#include <string>
#include <vector>

extern "C" {
#include <libavutil/pixdesc.h>
}

#include "codecs/bit-reader.h"
#include "codecs/nal-units.h"

namespace vigie {
namespace {

constexpr int kSpsNalType = 7;
constexpr size_t kMaxSpsBytes = 4096;
constexpr uint32_t kMaxFrameNumberBits = 16;

// ITU-T H.264, 7.3.1: in a NAL unit 00 00 is written as 00 00 03.
std::vector<uint8_t> withoutEmulationPrevention(ByteView nal) {
  std::vector<uint8_t> bytes;
  bytes.reserve(nal.size);
  int zeros = 0;
  for (size_t i = 0; i < nal.size; i++) {
    if (zeros >= 2 && nal.data[i] == 3) {
      zeros = 0;
      continue;
    }
    zeros = nal.data[i] == 0 ? zeros + 1 : 0;
    bytes.push_back(nal.data[i]);
  }
  return bytes;
}

int profileOf(uint32_t profileIdc, uint32_t constraintFlags) {
  constexpr int kConstrained = 1 << 9;
  constexpr int kIntra = 1 << 11;
  const bool set1 = constraintFlags & 0x40;
  const bool set3 = constraintFlags & 0x10;
  const auto profile = static_cast<int>(profileIdc);
  if (profileIdc == 66 && set1) return profile | kConstrained;
  if ((profileIdc == 110 || profileIdc == 122 || profileIdc == 244) && set3) return profile | kIntra;
  return profile;
}

bool hasChromaInfo(uint32_t profileIdc) {
  constexpr uint32_t kProfiles[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return std::find(std::begin(kProfiles), std::end(kProfiles), profileIdc) != std::end(kProfiles);
}

void skipScalingLists(BitReader& reader, int count) {
  for (int i = 0; i < count; i++) {
    if (!reader.flag()) continue;
    const int size = i < 6 ? 16 : 64;
    int last = 8;
    int next = 8;
    for (int j = 0; j < size && reader.complete(); j++) {
      // In 64 bits: a hostile delta is any 32 bit number.
      if (next != 0) next = static_cast<int>((last + int64_t{reader.se()}) & 0xFF);
      if (next != 0) last = next;
    }
  }
}

void skipPictureOrder(BitReader& reader) {
  const uint32_t type = reader.ue();
  if (type == 0) reader.ue();
  if (type != 1) return;
  reader.flag();
  reader.se();
  reader.se();
  const uint32_t cycle = std::min<uint32_t>(reader.ue(), 255);
  for (uint32_t i = 0; i < cycle; i++) reader.se();
}

AVRational readSampleAspectRatio(BitReader& reader) {
  constexpr uint32_t kExtended = 255;
  constexpr AVRational kRatios[] = {{0, 1},   {1, 1},    {12, 11}, {10, 11}, {16, 11}, {40, 33},
                                    {24, 11}, {20, 11},  {32, 11}, {80, 33}, {18, 11}, {15, 11},
                                    {64, 33}, {160, 99}, {4, 3},   {3, 2},   {2, 1}};
  const uint32_t index = reader.bits(8);
  if (index == kExtended) {
    const auto width = static_cast<int>(reader.bits(16));
    const auto height = static_cast<int>(reader.bits(16));
    return height > 0 ? AVRational{width, height} : AVRational{0, 1};
  }
  return index < std::size(kRatios) ? kRatios[index] : AVRational{0, 1};
}

template <typename Code>
Code readCode(BitReader& reader, Code count, Code unknown) {
  const uint32_t value = reader.bits(8);
  return value < static_cast<uint32_t>(count) ? static_cast<Code>(value) : unknown;
}

void readColors(BitReader& reader, H264Parameters& parameters) {
  reader.bits(3);  // video_format
  parameters.colorRange = reader.flag() ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (!reader.flag()) return;  // colour_description_present_flag
  parameters.colorPrimaries = readCode(reader, AVCOL_PRI_NB, AVCOL_PRI_UNSPECIFIED);
  parameters.colorTransfer = readCode(reader, AVCOL_TRC_NB, AVCOL_TRC_UNSPECIFIED);
  parameters.colorSpace = readCode(reader, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED);
}

// Annex E.1.1, as far as the frame rate.
void readUsability(BitReader& reader, H264Parameters& parameters) {
  if (reader.flag()) parameters.sampleAspectRatio = readSampleAspectRatio(reader);
  if (reader.flag()) reader.flag();  // overscan
  if (reader.flag()) readColors(reader, parameters);
  if (reader.flag()) {  // chroma_loc_info_present_flag
    reader.ue();
    reader.ue();
  }
  if (!reader.flag()) return;  // timing_info_present_flag
  const int64_t unitsInTick = reader.bits(32);
  const int64_t timeScale = reader.bits(32);
  // A tick is a field.
  if (unitsInTick > 0)
    av_reduce(&parameters.frameRate.num, &parameters.frameRate.den, timeScale, 2 * unitsInTick, INT_MAX);
}

AVPixelFormat pixelFormatOf(uint32_t chromaFormat, uint32_t bitDepth, const H264Parameters& parameters) {
  constexpr const char* kChroma[] = {"gray", "420p", "422p", "444p"};
  if (chromaFormat >= std::size(kChroma)) return AV_PIX_FMT_NONE;
  const bool rgb = chromaFormat == 3 && parameters.colorSpace == AVCOL_SPC_RGB;
  const bool fullRange = parameters.colorRange == AVCOL_RANGE_JPEG && bitDepth == 8;
  std::string name;
  if (rgb) {
    name = "gbrp";
  } else {
    if (chromaFormat != 0) name = fullRange ? "yuvj" : "yuv";
    name += kChroma[chromaFormat];
  }
  if (bitDepth > 8) name += std::to_string(bitDepth) + "le";
  return av_get_pix_fmt(name.c_str());
}

void readPictureSize(BitReader& reader, uint32_t chromaFormat, H264Parameters& parameters) {
  constexpr uint32_t kMaxMacroblocks = 4096;
  const auto readMacroblocks = [&] { return static_cast<int>(std::min(reader.ue(), kMaxMacroblocks - 1) + 1); };
  const int widthInMacroblocks = readMacroblocks();
  const int heightInMapUnits = readMacroblocks();
  const bool framesOnly = reader.flag();
  parameters.mayHaveFields = !framesOnly;
  if (!framesOnly) reader.flag();  // mb_adaptive_frame_field_flag
  reader.flag();                   // direct_8x8_inference_flag
  int crop[4] = {};                // left, right, top, bottom
  if (reader.flag()) {
    for (int& side : crop) side = static_cast<int>(std::min(reader.ue(), kMaxMacroblocks * 16));
  }
  const int unitX = chromaFormat == 1 || chromaFormat == 2 ? 2 : 1;
  const int unitY = (chromaFormat == 1 ? 2 : 1) * (framesOnly ? 1 : 2);
  parameters.width = widthInMacroblocks * 16 - (crop[0] + crop[1]) * unitX;
  parameters.height = heightInMapUnits * (framesOnly ? 16 : 32) - (crop[2] + crop[3]) * unitY;
}

// 7.3.2.1.1; after the NAL unit's header byte.
std::optional<H264Parameters> readSps(ByteView nal) {
  const std::vector<uint8_t> bytes = withoutEmulationPrevention({nal.data + 1, std::min(nal.size - 1, kMaxSpsBytes)});
  BitReader reader({bytes.data(), bytes.size()});
  const uint32_t profileIdc = reader.bits(8);
  const uint32_t constraintFlags = reader.bits(8);
  reader.bits(8);  // level_idc
  reader.ue();     // seq_parameter_set_id
  uint32_t chromaFormat = 1;
  uint32_t bitDepth = 8;
  bool separatesPlanes = false;
  if (hasChromaInfo(profileIdc)) {
    chromaFormat = reader.ue();
    separatesPlanes = chromaFormat == 3 && reader.flag();
    bitDepth = 8 + std::min<uint32_t>(reader.ue(), 8);
    reader.ue();    // bit_depth_chroma_minus8
    reader.flag();  // qpprime_y_zero_transform_bypass_flag
    if (reader.flag()) skipScalingLists(reader, chromaFormat == 3 ? 12 : 8);
  }
  const uint32_t frameNumberBits = reader.ue() + 4;
  skipPictureOrder(reader);
  reader.ue();    // max_num_ref_frames
  reader.flag();  // gaps_in_frame_num_value_allowed_flag
  H264Parameters parameters;
  parameters.frameNumberBits = static_cast<int>(std::min(frameNumberBits, kMaxFrameNumberBits));
  parameters.separatesPlanes = separatesPlanes;
  readPictureSize(reader, chromaFormat, parameters);
  if (reader.flag()) readUsability(reader, parameters);
  if (!reader.complete()) return {};
  parameters.profile = profileOf(profileIdc, constraintFlags);
  parameters.pixelFormat = pixelFormatOf(chromaFormat, bitDepth, parameters);
  return parameters;
}

bool isSps(ByteView nal) { return nal.size > 1 && (nal.data[0] & 0x1F) == kSpsNalType; }

// ISO/IEC 14496-15, 5.3.3.1: five bytes, the number of parameter sets, then each with a 16 bit length.
std::optional<ByteView> findSpsInAvcc(ByteView avcc) {
  constexpr size_t kFirstSet = 8;
  if (avcc.size <= kFirstSet || avcc.data[0] != 1 || (avcc.data[5] & 0x1F) == 0) return {};
  const size_t length = static_cast<size_t>(avcc.data[6]) << 8 | avcc.data[7];
  const ByteView nal{avcc.data + kFirstSet, std::min(length, avcc.size - kFirstSet)};
  return isSps(nal) ? std::optional(nal) : std::nullopt;
}

}  // namespace

std::optional<H264Parameters> readH264Parameters(ByteView configuration) {
  if (const auto nal = findSpsInAvcc(configuration)) return readSps(*nal);
  return readH264Sample(configuration, nalLengthBytesOfAvc(configuration));
}

std::optional<H264Parameters> readH264Sample(ByteView sample, int lengthBytes) {
  for (const ByteView nal : splitNalUnits(sample, lengthBytes)) {
    if (isSps(nal)) return readSps(nal);
  }
  return {};
}

}  // namespace vigie
