import { createRequire } from 'node:module';
import type { BeamcoderReply } from './beamcoder-contender.ts';
import { medianOf, timeUs } from './measure.ts';

interface Beamcoder {
  demuxer(url: string): Promise<{ readonly streams: readonly unknown[]; forceClose(): void }>;
}

const [path = '', rounds = '1'] = process.argv.slice(2);
const beamcoder: Beamcoder = createRequire(import.meta.url)('beamcoder');

async function open(): Promise<void> {
  const demuxer = await beamcoder.demuxer(`file:${path}`);
  demuxer.forceClose();
}

async function measure(): Promise<BeamcoderReply> {
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
