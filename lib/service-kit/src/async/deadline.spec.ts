import { getEventListeners, once } from 'node:events';
import { expect } from 'chai';
import { Deadline } from './deadline.ts';

describe('Deadline', () => {
  it('aborts its signal when the time is over', async () => {
    using deadline = new Deadline(5, undefined);
    expect(deadline.remainingMs).to.be.within(1, 5);
    await once(deadline.signal, 'abort');
    expect(deadline.remainingMs).to.equal(1);
  });

  it("aborts its signal with the caller's reason when the caller does", () => {
    const caller = new AbortController();
    const reason = new Error('no longer wanted');
    using deadline = new Deadline(60_000, caller.signal);
    caller.abort(reason);
    expect(deadline.signal.reason).to.equal(reason);
  });

  it('is not created for a caller that has aborted', () => {
    const reason = new Error('no longer wanted');
    expect(() => new Deadline(60_000, AbortSignal.abort(reason))).to.throw(reason.message);
  });

  it('lets go of the caller when it is disposed of', () => {
    const caller = new AbortController();
    const deadline = new Deadline(60_000, caller.signal);
    deadline[Symbol.dispose]();
    expect(getEventListeners(caller.signal, 'abort')).to.deep.equal([]);
    caller.abort();
    expect(deadline.signal.aborted).to.equal(false);
  });
});
