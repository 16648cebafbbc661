import type { WantedRange } from '../byte-range.ts';
import {
  MediaChangedError,
  type MediaReader,
  type MediaSlice,
  type MediaSource,
  MediaSourceError,
  type ReadOptions,
} from '../media-source.ts';

/** Videos in memory. `beforeRead` may throw, wait or change the files. */
export class MemoryMediaSource implements MediaSource {
  readonly files = new Map<string, Uint8Array>();
  /** Every range that was read, in order. */
  readonly reads: WantedRange[] = [];
  beforeRead: (range: WantedRange, signal: AbortSignal) => unknown = () => {};
  /** Whether reads say the file's size; a read that reaches its end always does. */
  statesSize = true;

  open(video: string, { meter, signal }: ReadOptions): MediaReader {
    const opened = this.files.get(video);
    return {
      read: async (range: WantedRange): Promise<MediaSlice> => {
        meter.requests++;
        this.reads.push(range);
        await this.beforeRead(range, signal);
        signal.throwIfAborted();
        const file = this.files.get(video);
        if (file === undefined) throw new MediaSourceError('NOT_FOUND', 'there is no such file');
        if (file !== opened) throw new MediaChangedError('the file was replaced');
        const bytes = file.subarray(range.offset, range.offset + range.lengthBytes);
        meter.bytesRead += bytes.length;
        const atEnd = range.offset + bytes.length >= file.length;
        return { bytes, sizeBytes: this.statesSize || atEnd ? file.length : null, costBytes: bytes.length };
      },
    };
  }
}
