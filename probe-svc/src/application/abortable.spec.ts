import { getEventListeners } from 'node:events';
import { expect } from 'chai';
import { pause, unlessAborted } from './abortable.ts';

describe('unlessAborted', () => {
  const reason = new Error('stopping');
  const errorOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  it('ends as the promise does, and leaves nothing on the signal', async () => {
    const { signal } = new AbortController();
    const fault = new Error('fault');
    expect(await unlessAborted(Promise.resolve(1), signal)).equal(1);
    expect(await errorOf(unlessAborted(Promise.reject(fault), signal))).equal(fault);
    expect(getEventListeners(signal, 'abort')).deep.equal([]);
  });

  it('ends with the reason of an abort that comes first', async () => {
    const stop = new AbortController();
    const waiting = errorOf(unlessAborted(new Promise(() => {}), stop.signal));
    stop.abort(reason);
    expect(await waiting).equal(reason);
    expect(await errorOf(unlessAborted(Promise.resolve(1), stop.signal))).equal(reason);
  });

  it('does not mind a fault that comes after the abort', async () => {
    const stop = new AbortController();
    const late = Promise.withResolvers<void>();
    const waiting = errorOf(unlessAborted(late.promise, stop.signal));
    stop.abort(reason);
    late.reject(new Error('late'));
    expect(await waiting).equal(reason);
  });
});

describe('pause', () => {
  it('lasts as long as it was told, and no longer than until the abort', async () => {
    await pause(1, undefined);
    const stop = new AbortController();
    const waiting = pause(2 ** 30, stop.signal).catch((error: unknown) => error);
    stop.abort('stopping');
    expect(await waiting).equal('stopping');
  });
});
