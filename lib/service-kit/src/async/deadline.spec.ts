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

  it('counts no time in which this process is held up', async () => {
    using deadline = new Deadline(200, undefined);
    // Of the same length, and by the wall: due first.
    const byTheWall = new Promise(resolve => setTimeout(resolve, 200));
    const startedAt = performance.now();
    while (performance.now() - startedAt < 500);
    expect(deadline.remainingMs).to.be.at.least(100);
    await byTheWall;
    expect(deadline.signal.aborted).to.equal(false);
    await once(deadline.signal, 'abort');
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

  it('counts no time while it is suspended, and goes on behind that', async () => {
    using deadline = new Deadline(20, undefined);
    const { remainingMs } = deadline;
    const resume = deadline.suspend();
    // It begins later and takes as long.
    using other = new Deadline(20, undefined);
    await once(other.signal, 'abort');
    expect(deadline.signal.aborted).to.equal(false);
    resume[Symbol.dispose]();
    expect(deadline.remainingMs).to.be.within(1, remainingMs);
    await once(deadline.signal, 'abort');
  });

  it('heeds its caller while it is suspended', () => {
    const caller = new AbortController();
    using deadline = new Deadline(60_000, caller.signal);
    using _ = deadline.suspend();
    caller.abort(new Error('no longer wanted'));
    expect(deadline.signal.reason).to.equal(caller.signal.reason);
  });
});
