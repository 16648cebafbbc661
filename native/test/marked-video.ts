import { mp4Box } from './mp4-boxes.ts';
import { readSample } from './samples.ts';

/** As in crash-on-purpose.cc. */
const MARK = 'vigie: crash the decoder on purpose';

const BRAND_BYTES = 4;

/**
 * A sound MP4 with the mark among the compatible brands of its file type, which the probe shows libav in any case: the
 * shipped addon reads it as any other, the crashing addon dies of it.
 */
export function makeCrashingVideo(): Uint8Array {
  const original = Buffer.from(readSample('mp4-faststart.mp4'));
  const fileTypeEnd = original.readUInt32BE(0);
  const brands = MARK.padEnd(Math.ceil(MARK.length / BRAND_BYTES) * BRAND_BYTES);
  return Buffer.concat([mp4Box('ftyp', original.subarray(8, fileTypeEnd), brands), original.subarray(fileTypeEnd)]);
}
