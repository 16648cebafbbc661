import { expect } from 'chai';
import fc from 'fast-check';
import { HeaderBudgetExceededError } from '../domain/header-budget.ts';
import type { HeaderAnswer } from '../ports/header-probe.ts';
import { mediaOf } from '../testing/media-of.ts';
import { ScriptedHeaderProbe } from '../testing/scripted-header-probe.ts';
import { type Chunk, createProbeChunks } from './probe-chunks.ts';

const limits = { firstRangeBytes: 1_000, maxBytes: 100_000, timeoutMs: 1_000 };
const media: HeaderAnswer = { kind: 'media', media: mediaOf(), diagnostics: [] };
const need = (offset: number, lengthBytes: number): HeaderAnswer => ({ kind: 'need', offset, lengthBytes });
const chunk = (length: number, rest: Partial<Chunk> = {}): Chunk => ({
  bytes: new Uint8Array(length),
  offset: null,
  totalSizeBytes: null,
  ...rest,
});

async function* send(...chunks: Chunk[]): AsyncIterable<Chunk> {
  yield* chunks;
}

describe('probeChunks', () => {
  it('looks once the first range is there, and takes no more than it needs', async () => {
    const probe = new ScriptedHeaderProbe(media);
    let taken = 0;
    async function* endless() {
      for (; ; taken += 400) yield chunk(400);
    }
    expect(await createProbeChunks(probe, limits)(endless())).equal(media);
    expect(taken).equal(800);
    expect(probe.calls).equal(1);
  });

  it('looks again only when what was missing is there', async () => {
    const probe = new ScriptedHeaderProbe(need(5_000, 300), media);
    const chunks = [chunk(1_000), chunk(1_000), chunk(200, { offset: 5_000 }), chunk(100)];
    expect(await createProbeChunks(probe, limits)(send(...chunks))).equal(media);
    expect(probe.calls).equal(2);
  });

  it('says what is missing when the sender has no more', async () => {
    const probe = new ScriptedHeaderProbe(need(5_000, 300));
    const answer = await createProbeChunks(probe, limits)(send(chunk(1_000)));
    expect(answer).deep.equal(need(5_000, 300));
  });

  it('looks at a file that is shorter than the first range, and at nothing at all', async () => {
    for (const chunks of [[chunk(10, { totalSizeBytes: 10 })], []]) {
      const probe = new ScriptedHeaderProbe(media);
      expect(await createProbeChunks(probe, limits)(send(...chunks))).equal(media);
    }
  });

  it('passes the size on, told at any time', async () => {
    const probe = new ScriptedHeaderProbe(file => {
      expect(file.sizeBytes).equal(9_000);
      return media;
    });
    const chunks = [chunk(500, { totalSizeBytes: 9_000 }), chunk(500)];
    expect(await createProbeChunks(probe, limits)(send(...chunks))).equal(media);
  });

  it('puts each chunk where it belongs, however the file is cut', async () => {
    const file = Uint8Array.from({ length: 3_000 }, (_, i) => i & 0xff);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 12 }), async lengths => {
        const chunks: Chunk[] = [];
        let position = 0;
        for (const length of [...lengths, 3_000]) {
          chunks.push({ bytes: file.slice(position, position + length), offset: null, totalSizeBytes: null });
          position = Math.min(3_000, position + length);
        }
        const probe = new ScriptedHeaderProbe(({ ranges }) => {
          for (const { offset, bytes } of ranges) {
            expect(Buffer.compare(bytes, file.subarray(offset, offset + bytes.length))).equal(0);
          }
          return need(0, 3_000);
        });
        await createProbeChunks(probe, limits)(send(...chunks));
      }),
    );
  });

  it('takes no more bytes than it may', async () => {
    const probe = new ScriptedHeaderProbe(need(200_000, 1));
    async function* endless() {
      while (true) yield chunk(10_000);
    }
    const error = await createProbeChunks(probe, limits)(endless()).catch(caught => caught);
    expect(error).instanceOf(HeaderBudgetExceededError);
  });

  it('takes no crumbs without end', async () => {
    async function* crumbs() {
      for (let offset = 10; ; offset += 2) yield chunk(1, { offset });
    }
    const error = await createProbeChunks(new ScriptedHeaderProbe(media), limits)(crumbs()).catch(caught => caught);
    expect(error).instanceOf(HeaderBudgetExceededError);
    expect(error.message).contain('pieces');
  });
});
