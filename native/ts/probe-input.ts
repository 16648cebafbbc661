/** Bytes of the remote file that are in memory. */
export interface ByteRange {
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface ProbeInput {
  /** In any order; they may touch and overlap. Copied before `probe` returns, so the caller may reuse the memory. */
  readonly ranges: readonly ByteRange[];
  /**
   * The file's true size, never the length of what was read; null when the server doesn't say. A range that came back
   * shorter than asked for shows where the file ends.
   */
  readonly sizeBytes: number | null;
}

export interface ProbeOptions {
  /** Counted from the call, waiting for a free thread included. */
  readonly timeoutMs?: number;
  /** Aborting rejects the promise at once with the signal's reason and ends the work in the background. */
  readonly signal?: AbortSignal;
  /** Bytes to read through for parameters that no header states. */
  readonly probeSizeBytes?: number;
  readonly maxStreams?: number;
  readonly maxPackets?: number;
}
