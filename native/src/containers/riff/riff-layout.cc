#include "containers/riff/riff-layout.h"

#include <algorithm>

namespace vigie {
namespace {

constexpr int64_t kChunkHeaderBytes = 8;
constexpr int64_t kListTypeBytes = 4;
constexpr int kMaxChunks = 1024;
constexpr size_t kMaxRiffStreams = 100;

bool isList(const RiffChunk& chunk) { return chunk.id == fourCc("LIST"); }

uint32_t readListType(const SparseFile& file, const RiffChunk& list) { return ByteReader(file, list.body).u32(); }

// Calls `visit` with the chunks from `begin` to `end` whose headers are in memory, until it returns false.
template <typename Visit>
void visitChunks(const SparseFile& file, int64_t begin, int64_t end, Visit visit) {
  int64_t offset = begin;
  for (int i = 0; i < kMaxChunks && offset < end; i++) {
    const auto chunk = readRiffChunk(file, offset);
    if (!chunk || !visit(*chunk)) return;
    // Chunks begin at even offsets.
    offset = chunk->end + (chunk->end & 1);
  }
}

AviStream readStream(const SparseFile& file, const RiffChunk& list) {
  AviStream stream;
  visitChunks(file, list.body + kListTypeBytes, list.end, [&](const RiffChunk& chunk) {
    if (chunk.id == fourCc("strh")) {
      stream.type = ByteReader(file, chunk.body).u32();
      stream.scale = readLittleEndian32(file, chunk.body + 20);
      stream.rate = readLittleEndian32(file, chunk.body + 24);
      stream.lengthUnits = readLittleEndian32(file, chunk.body + 32);
    }
    if (chunk.id == fourCc("strf") && stream.type == kAudioStreamType) {
      stream.bytesPerSecond = readLittleEndian32(file, chunk.body + 8);
    }
    if (chunk.id == fourCc("indx")) stream.hasSuperIndex = true;
    return true;
  });
  return stream;
}

void readExtendedHeader(const SparseFile& file, const RiffChunk& list, AviLayout& layout) {
  visitChunks(file, list.body + kListTypeBytes, list.end, [&](const RiffChunk& chunk) {
    if (chunk.id != fourCc("dmlh")) return true;
    layout.frames = std::max(layout.frames, readLittleEndian32(file, chunk.body));
    return false;
  });
}

void readHeaderList(const SparseFile& file, const RiffChunk& header, AviLayout& layout) {
  visitChunks(file, header.body + kListTypeBytes, header.end, [&](const RiffChunk& chunk) {
    if (chunk.id == fourCc("avih")) {
      layout.microsecondsPerFrame = readLittleEndian32(file, chunk.body);
      layout.frames = readLittleEndian32(file, chunk.body + 16);
    }
    if (!isList(chunk)) return true;
    const uint32_t type = readListType(file, chunk);
    if (type == fourCc("strl")) layout.streams.push_back(readStream(file, chunk));
    if (type == fourCc("odml")) readExtendedHeader(file, chunk, layout);
    return layout.streams.size() < kMaxRiffStreams;
  });
}

}  // namespace

std::optional<RiffChunk> readRiffChunk(const SparseFile& file, int64_t offset) {
  ByteReader reader(file, offset);
  const uint32_t id = reader.u32();
  const auto size = static_cast<int64_t>(reader.littleEndian(4));
  if (!reader.complete()) return {};
  return RiffChunk{id, reader.position(), reader.position() + size};
}

uint32_t readLittleEndian32(const SparseFile& file, int64_t offset) {
  return static_cast<uint32_t>(ByteReader(file, offset).littleEndian(4));
}

AviLayout readAviLayout(const SparseFile& file) {
  constexpr int64_t kFirstChunk = kChunkHeaderBytes + kListTypeBytes;
  AviLayout layout;
  visitChunks(file, kFirstChunk, file.sizeOrMax(), [&](const RiffChunk& chunk) {
    if (!isList(chunk)) return true;
    const uint32_t type = readListType(file, chunk);
    if (type == fourCc("hdrl")) readHeaderList(file, chunk, layout);
    if (type != fourCc("movi")) return true;
    layout.packetsBegin = chunk.body;
    layout.packetsEnd = chunk.end + (chunk.end & 1);
    return false;
  });
  return layout;
}

bool isRiffTruncated(const SparseFile& file) {
  const auto riff = readRiffChunk(file, 0);
  if (!file.size() || !riff) return false;
  return riff->end == riff->body || riff->end > *file.size();
}

}  // namespace vigie
