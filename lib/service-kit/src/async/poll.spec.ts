import { expect } from 'chai';
import { poll } from './poll.ts';

describe('poll', () => {
  it('looks until there is something', async () => {
    let looks = 0;
    const found = await poll(() => (++looks < 3 ? undefined : `look ${looks}`), { intervalMs: 1, timeoutMs: 60_000 });
    expect(found).to.equal('look 3');
  });

  it('looks once more when its time is over, and then gives up', async () => {
    let looks = 0;
    const count = async (): Promise<undefined> => void looks++;
    expect(await poll(count, { intervalMs: 1, timeoutMs: 0 })).to.equal(undefined);
    expect(looks).to.equal(1);
    expect(await poll(count, { intervalMs: 1, timeoutMs: 5 })).to.equal(undefined);
    expect(looks).to.be.greaterThan(2);
  });

  it('rejects with the reason of its signal, and does not look again', async () => {
    const caller = new AbortController();
    const reason = new Error('no longer wanted');
    let looks = 0;
    const polled = poll(
      () => {
        looks++;
        setImmediate(() => caller.abort(reason));
        return undefined;
      },
      { intervalMs: 60_000, timeoutMs: 60_000, signal: caller.signal },
    );
    expect(await polled.catch((error: unknown) => error)).to.equal(reason);
    expect(looks).to.equal(1);
  });
});
