/** Bytes of a file that are in memory. */
export interface ByteRange {
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Bytes of a file that are wanted: from `offset` up to `offset + lengthBytes`, exclusive. */
export interface WantedRange {
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly lengthBytes: number;
}
