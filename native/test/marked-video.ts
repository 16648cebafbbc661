import { mp4Box } from './mp4-boxes.ts';
import { readSample } from './samples.ts';

/** As in crash-on-purpose.cc. */
const MARK = 'vigie: crash the decoder on purpose';

/**
 * A sound MP4 with the mark in a free box behind its first one: the shipped addon reads it as any other, the crashing
 * addon dies of it.
 */
export function makeCrashingVideo(): Uint8Array {
  const original = Buffer.from(readSample('mp4-faststart.mp4'));
  const firstBoxEnd = original.readUInt32BE(0);
  return Buffer.concat([original.subarray(0, firstBoxEnd), mp4Box('free', MARK), original.subarray(firstBoxEnd)]);
}
