import { ReasonedError } from '@vigie/service-kit/errors';
import type { WantedRange } from './byte-range.ts';
import type { ReadMeter } from './read-meter.ts';

/** Where media files are, each readable in ranges. */
export interface MediaSource {
  /**
   * Nothing is read yet.
   *
   * @param name as the source names its files: a path or a URL
   */
  open(name: string, options: ReadOptions): MediaReader;
}

export interface ReadOptions {
  /** Counts every request and every byte received. */
  readonly meter: ReadMeter;
  /** Aborting ends a read at once; it rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Reads one version of one file: once the file is replaced, reads fail with `MediaChangedError`. */
export interface MediaReader {
  /**
   * The bytes from the range's offset on: at least one if the file has it, at most as many as were asked for.
   *
   * @param maxBytes the most that may be received to get them, where the source can only be read through from its start
   * @throws MediaSourceError, MediaChangedError
   * @throws ReadBudgetExceededError if `maxBytes` doesn't suffice
   */
  read(range: WantedRange, maxBytes: number): Promise<MediaSlice>;
}

export interface MediaSlice {
  readonly bytes: Uint8Array;
  /** The file's true size; `null` if the source doesn't say. */
  readonly sizeBytes: number | null;
  /** Bytes that had to be received to get these. */
  readonly costBytes: number;
  /** How long ago the file was last written to, by the clock of where it is; undefined if the source doesn't say. */
  readonly unchangedForMs?: number | undefined;
}

export type MediaSourceErrorReason = 'NOT_FOUND' | 'UNREACHABLE';

export interface MediaSourceErrorOptions extends ErrorOptions {
  readonly retryAfterMs?: number;
  readonly timedOut?: boolean;
}

/** The file can't be read, for now. */
export class MediaSourceError extends ReasonedError<MediaSourceErrorReason> {
  override readonly name = 'MediaSourceError';
  /** When the source asked to be tried again; undefined if it did not ask. */
  readonly retryAfterMs: number | undefined;
  /** The source did not answer in time: it may be overloaded, and asking it again at once makes that worse. */
  readonly timedOut: boolean;

  constructor(reason: MediaSourceErrorReason, message: string, options: MediaSourceErrorOptions = {}) {
    super(reason, message, options);
    this.retryAfterMs = options.retryAfterMs;
    this.timedOut = options.timedOut ?? false;
  }
}

/** The file is no longer the one whose ranges were read so far. */
export class MediaChangedError extends Error {
  override readonly name = 'MediaChangedError';
  readonly reason = 'MEDIA_CHANGED';
}
