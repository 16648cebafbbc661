import type { Streams } from '../ports/streams.ts';
import type { TrimStream } from './trim-stream.ts';

export type RetentionPass = () => Promise<void>;

/**
 * One pass over all streams. If one of them fails, the others are trimmed all the same; the pass then rejects with the
 * first error.
 */
export function createRetentionPass(
  streams: Streams,
  streamNames: readonly string[],
  trimStream: TrimStream,
): RetentionPass {
  return async () => {
    await streams.bringUpToDate();
    const trimmed = await Promise.allSettled(streamNames.map(trimStream));
    const failed = trimmed.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
}
