import { expect } from 'chai';
import fc from 'fast-check';
import { type Chunk, inspectChunks } from './inspect-chunks.ts';
import { ReadBudgetExceededError } from './read-budget.ts';
import { FOUND, need, ScriptedInspect } from './testing/scripted-inspect.ts';

const limits = { firstRangeBytes: 1_000, maxBytes: 100_000, timeoutMs: 1_000 };
const chunk = (length: number, rest: Partial<Chunk> = {}): Chunk => ({
  bytes: new Uint8Array(length),
  offset: null,
  totalSizeBytes: null,
  ...rest,
});

async function* send(...chunks: Chunk[]): AsyncIterable<Chunk> {
  yield* chunks;
}

const inspect = (probe: ScriptedInspect, chunks: AsyncIterable<Chunk>) => inspectChunks(chunks, probe.inspect, limits);

describe('inspectChunks', () => {
  it('inspects once the first range is there, and takes no more chunks than it needs', async () => {
    const probe = new ScriptedInspect(FOUND);
    let taken = 0;
    async function* endless() {
      for (; ; taken += 400) yield chunk(400);
    }
    expect(await inspect(probe, endless())).to.equal(FOUND);
    expect(taken).to.equal(800);
    expect(probe.calls).to.equal(1);
  });

  it('ends the stream of the sender with the answer, and when it has to fail', async () => {
    let ended = 0;
    async function* endless() {
      try {
        while (true) yield chunk(1_000);
      } finally {
        ended++;
      }
    }
    await inspect(new ScriptedInspect(FOUND), endless());
    await inspect(new ScriptedInspect(need(200_000, 1)), endless()).catch(() => {});
    expect(ended).to.equal(2);
  });

  it('asks for room before it holds more than a small file has, and ends the stream if there is none', async () => {
    const refusal = new Error('no room');
    const memory = { smallBytes: 1_500, roomForLarge: { take: async () => Promise.reject(refusal) } };
    let sent = 0;
    async function* endless() {
      for (; ; sent++) yield chunk(1_000);
    }
    const probing = inspectChunks(endless(), new ScriptedInspect(need(90_000, 1)).inspect, limits, { memory });
    expect(await probing.catch((error: unknown) => error)).to.equal(refusal);
    expect(sent).to.equal(1);
  });

  it('inspects again only when what was missing is there', async () => {
    const probe = new ScriptedInspect(need(5_000, 300), FOUND);
    const chunks = [chunk(1_000), chunk(1_000), chunk(200, { offset: 5_000 }), chunk(100)];
    expect(await inspect(probe, send(...chunks))).to.equal(FOUND);
    expect(probe.calls).to.equal(2);
  });

  it('says what is missing when the sender has no more', async () => {
    const probe = new ScriptedInspect(need(5_000, 300));
    const answer = await inspect(probe, send(chunk(1_000)));
    expect(answer).to.deep.equal(need(5_000, 300));
  });

  it('inspects a file that is shorter than the first range, and one of which nothing is sent', async () => {
    for (const chunks of [[chunk(10, { totalSizeBytes: 10 })], []]) {
      const probe = new ScriptedInspect(FOUND);
      expect(await inspect(probe, send(...chunks))).to.equal(FOUND);
    }
  });

  it('passes the size on, whenever the sender says it', async () => {
    const probe = new ScriptedInspect(file => {
      expect(file.sizeBytes).to.equal(9_000);
      return FOUND;
    });
    const chunks = [chunk(500, { totalSizeBytes: 9_000 }), chunk(500)];
    expect(await inspect(probe, send(...chunks))).to.equal(FOUND);
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
        const probe = new ScriptedInspect(({ ranges }) => {
          for (const { offset, bytes } of ranges) {
            expect(Buffer.compare(bytes, file.subarray(offset, offset + bytes.length))).to.equal(0);
          }
          return need(0, 3_000);
        });
        await inspect(probe, send(...chunks));
      }),
    );
  });

  it('takes no more bytes than allowed', async () => {
    const probe = new ScriptedInspect(need(200_000, 1));
    async function* endless() {
      while (true) yield chunk(10_000);
    }
    const error = await inspect(probe, endless()).catch(caught => caught);
    expect(error).to.be.instanceOf(ReadBudgetExceededError);
  });

  it('takes no endless number of small pieces', async () => {
    async function* smallPieces() {
      for (let offset = 10; ; offset += 2) yield chunk(1, { offset });
    }
    const error = await inspect(new ScriptedInspect(FOUND), smallPieces()).catch(caught => caught);
    expect(error).to.be.instanceOf(ReadBudgetExceededError);
    expect(error.message).to.contain('pieces');
  });
});
