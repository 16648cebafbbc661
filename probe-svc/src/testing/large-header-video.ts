import { readFile } from 'node:fs/promises';

/** A sound MP4 whose header is as large as wanted: with a free box inside of its `moov`. */
export async function makeLargeHeaderVideo(extraBytes: number): Promise<Uint8Array> {
  const original = await readFile(new URL('../../../nginx/videos/mp4-faststart.mp4', import.meta.url));
  let moov = 0;
  while (original.toString('latin1', moov + 4, moov + 8) !== 'moov') moov += original.readUInt32BE(moov);
  const moovBytes = original.readUInt32BE(moov);
  const free = Buffer.alloc(extraBytes);
  free.writeUInt32BE(extraBytes);
  free.write('free', 4, 'latin1');
  const grown = Buffer.concat([original.subarray(0, moov + moovBytes), free, original.subarray(moov + moovBytes)]);
  grown.writeUInt32BE(moovBytes + extraBytes, moov);
  return grown;
}
