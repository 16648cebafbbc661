import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { Rounds } from './rounds.ts';

const FOR_EVER_MS = 2 ** 31 - 1;

describe('Rounds', () => {
  it('go on after one that failed, and tell its fault', async () => {
    const ended: (string | undefined)[] = [];
    await using _ = new Rounds({
      round: async () => {
        if (ended.length === 1) throw new Error('no server');
      },
      intervalMs: 1,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: fault => void ended.push(fault?.message),
    });
    await waitFor('a third round', () => (ended.length >= 3 ? true : undefined));
    expect(ended.slice(0, 3)).deep.equal([undefined, 'no server', undefined]);
  });

  it('never overlap, and stop once the one under way has ended', async () => {
    let underWay = 0;
    let most = 0;
    let rounds = 0;
    const running = new Rounds({
      round: async () => {
        most = Math.max(most, ++underWay);
        await new Promise(resolve => setImmediate(resolve));
        underWay--;
        rounds++;
      },
      intervalMs: 0,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: () => undefined,
    });
    await waitFor('some rounds', () => (rounds > 5 ? true : undefined));
    await running[Symbol.asyncDispose]();
    expect({ most, underWay }).deep.equal({ most: 1, underWay: 0 });
  });

  it('stop at once between two', async () => {
    const first = Promise.withResolvers<void>();
    const running = new Rounds({
      round: async () => undefined,
      intervalMs: FOR_EVER_MS,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: () => first.resolve(),
    });
    await first.promise;
    await running[Symbol.asyncDispose]();
  });

  it("stop after the grace period when the one under way doesn't end", async () => {
    const running = new Rounds({
      round: () => new Promise(() => undefined),
      intervalMs: 0,
      shutdownGraceMs: 1,
      onEnd: () => undefined,
    });
    await running[Symbol.asyncDispose]();
  });
});
