import type { WantedRange } from '../domain/byte-range.ts';
import type { ReadMeter } from '../domain/read-meter.ts';

/** Where videos are, each readable in ranges. */
export interface VideoSource {
  /** Nothing is read yet. */
  open(video: string, options: ReadOptions): VideoReader;
}

export interface ReadOptions {
  /** Is told of every request and every byte. */
  readonly meter: ReadMeter;
  /** Aborting ends a read at once; it rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Reads one version of one video: once that is replaced, reads fail with `VideoChangedError`. */
export interface VideoReader {
  /**
   * The bytes from the range's offset on: at least one if the file has it, at most as many as were asked for.
   *
   * @param maxBytes the most that may be received to get them, where the source can only be read through from its start
   * @throws VideoSourceError, VideoChangedError
   * @throws HeaderBudgetExceededError if `maxBytes` doesn't suffice
   */
  read(range: WantedRange, maxBytes: number): Promise<VideoSlice>;
}

export interface VideoSlice {
  readonly bytes: Uint8Array;
  /** The file's true size; `null` if the source doesn't tell. */
  readonly sizeBytes: number | null;
  /** Bytes that had to be received to get these. */
  readonly costBytes: number;
}

export type VideoSourceFault = 'VIDEO_NOT_FOUND' | 'VIDEO_UNREACHABLE';

/** The video can't be read, for now. */
export class VideoSourceError extends Error {
  override readonly name = 'VideoSourceError';
  readonly reason: VideoSourceFault;
  /** When the source asked to be tried again. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: VideoSourceFault, message: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, options);
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The video is no longer the one whose ranges were read so far. */
export class VideoChangedError extends Error {
  override readonly name = 'VideoChangedError';
  readonly reason = 'VIDEO_CHANGED';
}
