import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { PassLoop } from './pass-loop.ts';

const FOR_EVER_MS = 2 ** 31 - 1;

describe('PassLoop', () => {
  it('goes on after a pass that failed, and reports its error', async () => {
    const ended: (string | undefined)[] = [];
    await using _ = new PassLoop({
      pass: async () => {
        if (ended.length === 1) throw new Error('no server');
      },
      intervalMs: 1,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: error => void ended.push(error?.message),
    });
    await waitFor('a third pass', () => (ended.length >= 3 ? true : undefined));
    expect(ended.slice(0, 3)).to.deep.equal([undefined, 'no server', undefined]);
  });

  it('never runs two passes at once, and stops when the running pass has ended', async () => {
    let inProgress = 0;
    let most = 0;
    let passes = 0;
    const running = new PassLoop({
      pass: async () => {
        most = Math.max(most, ++inProgress);
        await new Promise(resolve => setImmediate(resolve));
        inProgress--;
        passes++;
      },
      intervalMs: 0,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: () => undefined,
    });
    await waitFor('some passes', () => (passes > 5 ? true : undefined));
    await running[Symbol.asyncDispose]();
    expect({ most, inProgress }).to.deep.equal({ most: 1, inProgress: 0 });
  });

  it('stops at once between two passes', async () => {
    const first = Promise.withResolvers<void>();
    const running = new PassLoop({
      pass: async () => undefined,
      intervalMs: FOR_EVER_MS,
      shutdownGraceMs: FOR_EVER_MS,
      onEnd: () => first.resolve(),
    });
    await first.promise;
    await running[Symbol.asyncDispose]();
  });

  it("stops after the grace period if the running pass doesn't end", async () => {
    const running = new PassLoop({
      pass: () => new Promise(() => undefined),
      intervalMs: 0,
      shutdownGraceMs: 1,
      onEnd: () => undefined,
    });
    await running[Symbol.asyncDispose]();
  });
});
