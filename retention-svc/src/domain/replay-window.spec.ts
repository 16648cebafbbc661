import { expect } from 'chai';
import fc from 'fast-check';
import { findWindowStart, type MessageTime } from './replay-window.ts';

/** Messages in order, with gaps where some were deleted; times in milliseconds. */
const messages = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 4 }), time: fc.integer({ min: 0, max: 50 }) }), { maxLength: 80 })
  .map(steps => {
    let sequence = 0;
    return steps.map(({ gap, time }): MessageTime => {
      sequence += gap;
      return { sequence, time: new Date(time) };
    });
  });

const oldBefore = fc.integer({ min: 0, max: 51 }).map(time => new Date(time));

const rangeOf = (kept: readonly MessageTime[]) => ({
  first: kept[0]?.sequence ?? 1,
  end: (kept.at(-1)?.sequence ?? 0) + 1,
});

const reader = (kept: readonly MessageTime[]) => async (sequence: number) =>
  kept.find(message => message.sequence >= sequence);

describe('findWindowStart', () => {
  it('separates old messages from those within the window, whatever gaps there are', async () => {
    await fc.assert(
      fc.asyncProperty(messages, oldBefore, async (unordered, limit) => {
        const times = unordered.map(({ time }) => time).toSorted((a, b) => a.getTime() - b.getTime());
        const kept = unordered.map(({ sequence }, place) => ({ sequence, time: times[place] as Date }));
        const windowStart = await findWindowStart(rangeOf(kept), limit, reader(kept));
        for (const { sequence, time } of kept) expect(sequence < windowStart).to.equal(time < limit);
      }),
    );
  });

  it('stays within the stream when the clock has jumped', async () => {
    await fc.assert(
      fc.asyncProperty(messages, oldBefore, async (kept, limit) => {
        const { first, end } = rangeOf(kept);
        expect(await findWindowStart({ first, end }, limit, reader(kept))).to.within(first, end);
      }),
    );
  });

  it('reads some 20 of a million messages', async () => {
    let reads = 0;
    const read = async (sequence: number) => {
      reads++;
      return { sequence, time: new Date(sequence) };
    };
    expect(await findWindowStart({ first: 1, end: 1_000_001 }, new Date(765_432), read)).to.equal(765_432);
    expect(reads).to.most(20);
  });
});
