import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { unlessAborted } from './unless-aborted.ts';

const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe('unlessAborted', () => {
  const reason = new Error('no longer wanted');

  it('settles as the promise does', async () => {
    const { signal } = new AbortController();
    const failure = new Error('its own');
    expect(await unlessAborted(Promise.resolve(1), signal)).to.equal(1);
    expect(await unlessAborted(Promise.resolve(2), undefined)).to.equal(2);
    expect(await caught(unlessAborted(Promise.reject(failure), signal))).to.equal(failure);
  });

  it('rejects as soon as the signal aborts, whatever becomes of the promise', async () => {
    const caller = new AbortController();
    const work = Promise.withResolvers<void>();
    const waiting = unlessAborted(work.promise, caller.signal);
    caller.abort(reason);
    expect(await caught(waiting)).to.equal(reason);
    expect(await caught(unlessAborted(Promise.reject(new Error('late')), caller.signal))).to.equal(reason);
    work.reject(new Error('nobody listens'));
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    await unlessAborted(Promise.resolve(), signal);
    await caught(unlessAborted(Promise.reject(reason), signal));
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });
});
