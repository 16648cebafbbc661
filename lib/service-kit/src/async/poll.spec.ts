import { expect } from 'chai';
import { poll } from './poll.ts';

describe('poll', () => {
  it('asks until there is something', async () => {
    let calls = 0;
    const found = await poll(() => (++calls < 3 ? undefined : `call ${calls}`), { intervalMs: 1, timeoutMs: 60_000 });
    expect(found).to.equal('call 3');
  });

  it('asks once more when its time is over, and then gives up', async () => {
    let calls = 0;
    const count = async (): Promise<undefined> => void calls++;
    expect(await poll(count, { intervalMs: 1, timeoutMs: 0 })).to.equal(undefined);
    expect(calls).to.equal(1);
    expect(await poll(count, { intervalMs: 1, timeoutMs: 5 })).to.equal(undefined);
    expect(calls).to.be.greaterThan(2);
  });

  it('asks as often as the elapsed time says', async () => {
    const elapsed: number[] = [];
    const intervalMs = (elapsedMs: number): number => elapsed.push(elapsedMs) * 5;
    await poll(() => (elapsed.length < 3 ? undefined : true), { intervalMs, timeoutMs: 60_000 });
    const [first, second, third] = elapsed as [number, number, number];
    expect(second - first).to.be.at.least(4);
    expect(third - second).to.be.at.least(9);
  });

  it('rejects with the reason of its signal, and does not ask again', async () => {
    const caller = new AbortController();
    const reason = new Error('no longer wanted');
    let calls = 0;
    const polled = poll(
      () => {
        calls++;
        setImmediate(() => caller.abort(reason));
        return undefined;
      },
      { intervalMs: 60_000, timeoutMs: 60_000, signal: caller.signal },
    );
    expect(await polled.catch((error: unknown) => error)).to.equal(reason);
    expect(calls).to.equal(1);
  });
});
