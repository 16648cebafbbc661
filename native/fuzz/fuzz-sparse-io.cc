// The AVIO over ranges against a model: every byte that libav gets is the file's byte at that place, and nothing that
// is not in memory is ever passed over.

#include <chrono>
#include <cstring>

#include "io/byte-reader.h"
#include "io/sparse-file.h"
#include "io/sparse-io.h"
#include "require.h"

namespace {

using namespace vigie;

constexpr int64_t kFileBytes = 12'000;
constexpr size_t kMaxOperations = 64;
constexpr size_t kMaxRanges = 8;

// Takes numbers from the fuzzer's input; zeros when it is used up.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), left_(size) {}

  bool done() const { return left_ == 0; }
  uint8_t byte() { return left_ == 0 ? 0 : (left_--, *data_++); }
  int64_t number() {
    const int64_t low = byte();
    return low | static_cast<int64_t>(byte()) << 8;
  }

 private:
  const uint8_t* data_;
  size_t left_;
};

uint8_t contentAt(int64_t offset) { return static_cast<uint8_t>(offset * 31 + (offset >> 8) * 17 + 7); }

struct Model {
  std::vector<bool> held = std::vector<bool>(kFileBytes * 2, false);
  std::optional<int64_t> size;

  bool ends(int64_t offset) const { return size && offset >= *size; }
  bool holds(int64_t offset) const {
    return !ends(offset) && offset < static_cast<int64_t>(held.size()) && held[static_cast<size_t>(offset)];
  }
  int64_t firstMissing(int64_t offset) const {
    while (holds(offset)) offset++;
    return offset;
  }
};

std::vector<ByteRange> makeRanges(Choices& choices, Model& model) {
  std::vector<ByteRange> ranges;
  const size_t count = choices.byte() % (kMaxRanges + 1);
  for (size_t i = 0; i < count; i++) {
    ByteRange range{choices.number() % kFileBytes, std::vector<uint8_t>(static_cast<size_t>(choices.number() % 6'000))};
    for (size_t at = 0; at < range.bytes.size(); at++) {
      const int64_t offset = range.offset + static_cast<int64_t>(at);
      range.bytes[at] = contentAt(offset);
      model.held[static_cast<size_t>(offset)] = true;
    }
    ranges.push_back(std::move(range));
  }
  return ranges;
}

void checkFile(const SparseFile& file, const Model& model, Choices& choices) {
  const int64_t offset = choices.number() % (kFileBytes * 3);
  REQUIRE(file.firstMissing(offset) == model.firstMissing(offset));
  REQUIRE((file.viewFrom(offset).size > 0) == model.holds(offset));
  REQUIRE(file.endsAt(offset) == model.ends(offset));
  const int64_t next = file.nextRangeStart(offset);
  REQUIRE(next > offset);

  uint8_t bytes[8] = {};
  const int wanted = 1 + choices.byte() % 8;
  const int64_t held = std::min<int64_t>(model.firstMissing(offset) - offset, wanted);
  REQUIRE(file.read(offset, bytes, static_cast<size_t>(wanted)) == static_cast<size_t>(held));
  ByteReader reader(file, offset);
  const uint64_t number = reader.number(wanted);
  REQUIRE(reader.complete() == (held == wanted));
  uint64_t expected = 0;
  for (int i = 0; i < wanted; i++) expected = expected << 8 | contentAt(offset + i);
  REQUIRE(number == (held == wanted ? expected : 0));
}

void checkRead(SparseIo& io, const Model& model, int wanted) {
  AVIOContext* context = io.context();
  const int64_t from = avio_tell(context);
  std::vector<uint8_t> bytes(static_cast<size_t>(wanted));
  const int count = avio_read(context, bytes.data(), wanted);
  for (int i = 0; i < count; i++) {
    REQUIRE(model.holds(from + i));
    REQUIRE(bytes[static_cast<size_t>(i)] == contentAt(from + i));
  }
  const int64_t stopped = from + std::max(count, 0);
  if (count < wanted && !model.ends(stopped)) REQUIRE(io.miss().has_value());
  if (io.miss()) REQUIRE(!model.holds(*io.miss()) && !model.ends(*io.miss()));
}

void runOperations(SparseIo& io, const SparseFile& file, const Model& model, Choices& choices) {
  AVIOContext* context = io.context();
  for (size_t i = 0; i < kMaxOperations && !choices.done(); i++) {
    switch (choices.byte() % 8) {
      case 0:
      case 1:
        checkRead(io, model, 1 + static_cast<int>(choices.number() % 9000));
        break;
      case 2:
        avio_seek(context, choices.number(), SEEK_SET);
        break;
      case 3:
        avio_seek(context, choices.number() - 32'768, choices.byte() & 1 ? SEEK_CUR : SEEK_END);
        break;
      case 4:
        io.jumpTo(choices.number());
        REQUIRE(!io.miss());
        break;
      case 5:
        io.forgetMiss();
        REQUIRE(!io.miss());
        break;
      case 6:
        // Far positions, as a file claims them; a server may not say where it ends.
        avio_seek(context, INT64_MAX - choices.number(), SEEK_SET);
        avio_r8(context);
        if (io.miss()) REQUIRE(*io.miss() >= 0 && *io.miss() <= (int64_t{1} << 53));
        io.jumpTo(0);
        break;
      default:
        REQUIRE(model.size ? avio_size(context) == *model.size : avio_size(context) < 0);
        checkFile(file, model, choices);
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Choices choices(data, size);
  Model model;
  const uint8_t flags = choices.byte();
  if (flags & 1) model.size = choices.number();
  const SparseFile file(makeRanges(choices, model), model.size);
  Interrupt interrupt(Interrupt::Clock::now() + std::chrono::hours(1));
  SparseIo io(file, flags & 2 ? SparseIo::Access::seekable : SparseIo::Access::forward, interrupt);
  runOperations(io, file, model, choices);
  interrupt.cancel();
  io.jumpTo(0);
  uint8_t byte = 0;
  REQUIRE(avio_read(io.context(), &byte, 1) < 1);
  return 0;
}
