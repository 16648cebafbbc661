import { REQUIRED_CONSUMERS } from '../domain/required-consumers.ts';
import type { Streams } from '../ports/streams.ts';
import type { KeepStream } from './keep-stream.ts';

export type KeepStreams = () => Promise<void>;

/** One round over all streams. One that fails doesn't hold up the others; the round then rejects with the first fault. */
export function createKeepStreams(streams: Streams, keepStream: KeepStream): KeepStreams {
  return async () => {
    await streams.bringUpToDate();
    const kept = await Promise.allSettled(Object.keys(REQUIRED_CONSUMERS).map(keepStream));
    const failed = kept.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
