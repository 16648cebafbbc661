export type { ByteRange, WantedRange } from './byte-range.ts';
export type { MemoryLimits } from './file-memory.ts';
export { type Chunk, type ChunkLimits, inspectChunks } from './inspect-chunks.ts';
export {
  createInspectMedia,
  type Inspection,
  type InspectionLimits,
  type InspectionResult,
  type InspectMedia,
  type InspectMediaOptions,
} from './inspect-media.ts';
export {
  MediaChangedError,
  type MediaReader,
  type MediaSlice,
  type MediaSource,
  MediaSourceError,
  type MediaSourceErrorReason,
  type ReadOptions,
} from './media-source.ts';
export { ReadBudgetExceededError, type ReadLimits } from './read-budget.ts';
export { ReadMeter } from './read-meter.ts';
export { type Inspect, type InspectOptions, isNeed, type Need, readUntilKnown } from './read-until-known.ts';
export { SparseFile } from './sparse-file.ts';
