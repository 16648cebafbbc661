import { readFile } from 'node:fs/promises';

/**
 * What happens to a process with `trap-marked-videos.ts` loaded that probes a video with the mark. The last two end it
 * as the OOM killer does: always, or only if its parent has other children.
 */
export type Trap = 'crash' | 'hang' | 'crash-on-the-next' | 'kill' | 'kill-beside-others';

export function markOf(trap: Trap): string {
  return `vigie spec: ${trap}.`;
}

const HEADER_BYTES = 8;

/** A sound MP4 with a mark in a free box after its first box: without the trap it is a video as any other. */
export async function makeMarkedVideo(trap: Trap): Promise<Uint8Array> {
  const original = await readFile(new URL('../../../nginx/videos/mp4-faststart.mp4', import.meta.url));
  const free = Buffer.from(`....free${markOf(trap)}`, 'latin1');
  free.writeUInt32BE(free.length);
  const firstBoxEnd = original.readUInt32BE(0);
  if (firstBoxEnd < HEADER_BYTES) throw new Error('the sample does not begin with a box');
  return Buffer.concat([original.subarray(0, firstBoxEnd), free, original.subarray(firstBoxEnd)]);
}
