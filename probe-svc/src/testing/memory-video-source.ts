import type { WantedRange } from '../domain/byte-range.ts';
import {
  type ReadOptions,
  VideoChangedError,
  type VideoReader,
  type VideoSlice,
  type VideoSource,
  VideoSourceError,
} from '../ports/video-source.ts';

/** Videos in memory. `beforeRead` may throw, wait or change the files. */
export class MemoryVideoSource implements VideoSource {
  readonly files = new Map<string, Uint8Array>();
  /** Every range that was read, in order. */
  readonly reads: WantedRange[] = [];
  beforeRead: (range: WantedRange, signal: AbortSignal) => unknown = () => {};
  /** Stands in for a server that doesn't say it. */
  tellsSize = true;

  open(video: string, { meter, signal }: ReadOptions): VideoReader {
    const opened = this.files.get(video);
    return {
      read: async (range: WantedRange): Promise<VideoSlice> => {
        meter.requests++;
        this.reads.push(range);
        await this.beforeRead(range, signal);
        signal.throwIfAborted();
        const file = this.files.get(video);
        if (file === undefined) throw new VideoSourceError('VIDEO_NOT_FOUND', 'there is no such file');
        if (file !== opened) throw new VideoChangedError('the file was replaced');
        const bytes = file.subarray(range.offset, range.offset + range.lengthBytes);
        meter.bytesRead += bytes.length;
        const atEnd = range.offset + bytes.length >= file.length;
        return { bytes, sizeBytes: this.tellsSize || atEnd ? file.length : null, costBytes: bytes.length };
      },
    };
  }
}
