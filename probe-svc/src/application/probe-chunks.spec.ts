import type { Chunk } from '@vigie/media-source';
import { expect } from 'chai';
import type { HeaderAnswer } from '../ports/header-probe.ts';
import { mediaOf } from '../testing/media-of.ts';
import { ScriptedHeaderProbe } from '../testing/scripted-header-probe.ts';
import { createProbeChunks } from './probe-chunks.ts';

const limits = { firstRangeBytes: 1_000, maxBytes: 5_000, timeoutMs: 1_000 };

async function* send(chunkCount: number): AsyncIterable<Chunk> {
  for (let i = 0; i < chunkCount; i++) yield { bytes: new Uint8Array(1_000), offset: null, totalSizeBytes: null };
}

describe('probeChunks', () => {
  it('answers with what the video is', async () => {
    const media: HeaderAnswer = { kind: 'media', media: mediaOf(), diagnostics: [] };
    expect(await createProbeChunks(new ScriptedHeaderProbe(media), limits)(send(1))).to.equal(media);
  });

  it('fails a video whose header is larger than may be received', async () => {
    const probe = new ScriptedHeaderProbe({ kind: 'need', offset: 100_000, lengthBytes: 1_000 });
    const answer = await createProbeChunks(probe, limits)(send(100));
    expect(answer).to.have.nested.property('failure.code', 'HEADER_BUDGET_EXCEEDED');
  });
});
