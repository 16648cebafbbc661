import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { BeamcoderReply } from './beamcoder-contender.ts';
import { medianOf, timeUs } from './measure.ts';

interface DemuxerStream {
  demuxer(options: object): Promise<{ readonly streams: readonly unknown[]; forceClose(): void }>;
  end(bytes: Buffer): void;
}

interface Beamcoder {
  demuxer(url: string): Promise<{ forceClose(): void }>;
  demuxerStream(options: { readonly highwaterMark: number }): DemuxerStream;
}

const [path = '', rounds = '1', way = 'path'] = process.argv.slice(2);
const beamcoder: Beamcoder = createRequire(import.meta.url)('beamcoder');

/**
 * Over bytes, as it would have to work here: it opens no URL that a range could be asked of. Demuxer first, bytes
 * second.
 */
async function openStream(): Promise<void> {
  const stream = beamcoder.demuxerStream({ highwaterMark: 65_536 });
  const opening = stream.demuxer({});
  stream.end(readFileSync(path));
  const demuxer = await opening;
  demuxer.forceClose();
}

/** Lets libav read the local file itself: its quickest way, and none that Vigie could use. */
async function openPath(): Promise<void> {
  const demuxer = await beamcoder.demuxer(`file:${path}`);
  demuxer.forceClose();
}

async function measure(): Promise<BeamcoderReply> {
  const open = way === 'stream' ? openStream : openPath;
  try {
    await open();
    const times: number[] = [];
    for (let i = 0; i < Number(rounds); i++) times.push(await timeUs(open));
    return { medianUs: medianOf(times) };
  } catch {
    return { medianUs: null };
  }
}

const reply = await measure();
process.send?.(reply, () => process.exit());
