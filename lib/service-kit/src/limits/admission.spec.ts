import { Code, type ConnectError } from '@connectrpc/connect';
import { RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { expect } from 'chai';
import fc from 'fast-check';
import { stopwatchBy } from '../async/testing/stopwatch-by.ts';
import { Admission, type AdmissionLimits, type AdmittedCall } from './admission.ts';

const LIMITS: AdmissionLimits = {
  maxCalls: 5,
  maxCallsPerCaller: 3,
  maxBytes: 100,
  maxBytesPerCaller: 60,
  freeBytesPerCall: 0,
};
const CALLERS = ['a', 'b', 'c'];
const NEVER = new AbortController().signal;

function refusal(work: () => unknown): ConnectError {
  try {
    work();
  } catch (error) {
    return error as ConnectError;
  }
  throw new Error('it was not refused');
}

describe('Admission', () => {
  it('refuses the call beyond a bound, says which and when to try again', () => {
    const admission = new Admission(LIMITS);
    const calls = CALLERS.map(() => admission.admit('a'));
    const own = refusal(() => admission.admit('a'));
    expect(own.code).to.equal(Code.ResourceExhausted);
    expect(own.message).to.contain('maxCallsPerCaller');
    expect(own.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(1n);
    calls.push(admission.admit('b'), admission.admit('b'));
    expect(refusal(() => admission.admit('c')).message).to.contain('maxCalls)');
    calls[0]?.[Symbol.dispose]();
    calls[0]?.[Symbol.dispose]();
    expect(admission.calls).to.equal(4);
    admission.admit('a');
    expect(admission.refusals).to.include({ maxCalls: 1, maxCallsPerCaller: 1, maxBytes: 0 });
  });

  it('refuses bytes beyond a bound, and counts none of them', () => {
    const admission = new Admission(LIMITS);
    const [a, b] = [admission.admit('a'), admission.admit('b')];
    a.takeBytes(60);
    expect(refusal(() => a.takeBytes(1)).message).to.contain('maxBytesPerCaller');
    expect(refusal(() => b.takeBytes(41)).message).to.contain('maxBytes)');
    b.takeBytes(40);
    a.giveBackBytes(10);
    b.takeBytes(10);
    expect(admission.bytes).to.equal(100);
  });

  it('does not count the first bytes of a call', () => {
    const admission = new Admission({ ...LIMITS, freeBytesPerCall: 10 });
    const [large, small] = [admission.admit('a'), admission.admit('a')];
    large.takeBytes(70);
    expect(admission.bytes).to.equal(60);
    small.takeBytes(10);
    expect(refusal(() => small.takeBytes(1)).message).to.contain('maxBytesPerCaller');
    large.giveBackBytes(5);
    small.takeBytes(5);
    expect(admission.bytes).to.equal(60);
  });

  it('lets a stream wait for bytes, first come, first served', async () => {
    const admission = new Admission(LIMITS);
    const [a, b, c] = [admission.admit('a'), admission.admit('b'), admission.admit('c')];
    a.takeBytes(60);
    b.takeBytes(40);
    const granted: string[] = [];
    const large = c.takeBytesWhenFree(50, NEVER).then(() => granted.push('large'));
    const small = c.takeBytesWhenFree(10, NEVER).then(() => granted.push('small'));
    b.giveBackBytes(40);
    expect(admission.bytes).to.equal(60);
    a[Symbol.dispose]();
    await Promise.all([large, small]);
    expect(granted).to.deep.equal(['large', 'small']);
  });

  it('keeps nobody waiting behind a caller that is at its own bound', async () => {
    const admission = new Admission(LIMITS);
    const [a, b] = [admission.admit('a'), admission.admit('b')];
    a.takeBytes(60);
    void a.takeBytesWhenFree(1, NEVER);
    const waiting = b.takeBytesWhenFree(40, NEVER);
    a.giveBackBytes(0);
    await waiting;
  });

  it('lets a waiter go whose signal aborts, and refuses at once what can never be free', async () => {
    const admission = new Admission(LIMITS);
    const [call, other] = [admission.admit('a'), admission.admit('a')];
    call.takeBytes(50);
    const gone = new AbortController();
    const waiting = other.takeBytesWhenFree(20, gone.signal).catch(error => error);
    gone.abort(new Error('gone'));
    expect((await waiting).message).to.equal('gone');
    expect(await call.takeBytesWhenFree(11, NEVER).catch(error => error.code)).to.equal(Code.ResourceExhausted);
    for (const each of [call, other]) each[Symbol.dispose]();
    expect([admission.calls, admission.bytes, admission.callers]).to.deep.equal([0, 0, 0]);
  });

  it('ends a call that waits for its caller to make room for a new one, the longest waiting first', () => {
    let now = 0;
    const admission = new Admission(
      LIMITS,
      stopwatchBy(() => now),
    );
    const ended: string[] = [];
    const wait = (caller: string) => {
      const call = admission.admit(caller);
      call.takeBytes(10);
      return call.giveWay(error => ended.push(`${caller}: ${error.rawMessage}`));
    };
    const [, goesOn] = ['b', 'a', 'a', 'a', 'c'].map(wait);
    expect(refusal(() => admission.admit('a')).message).to.contain('maxCallsPerCaller');
    goesOn?.[Symbol.dispose]();
    now += 1_000;
    admission.admit('a');
    expect(ended.splice(0))
      .to.have.lengthOf(1)
      .and.match(/^a: No more than 3 calls of one caller/);
    admission.admit('d');
    expect(ended.splice(0))
      .to.have.lengthOf(1)
      .and.match(/^b: No more than 5 calls/);
    expect([admission.calls, admission.bytes]).to.deep.equal([5, 30]);
  });

  it('ends a call that waits for two things, though one of them has come', () => {
    let now = 0;
    const admission = new Admission(
      { ...LIMITS, maxCalls: 1 },
      stopwatchBy(() => now),
    );
    const ended: string[] = [];
    const call = admission.admit('a');
    call.giveWay(() => ended.push('to read'));
    const toWrite = call.giveWay(() => ended.push('to write'));
    toWrite[Symbol.dispose]();
    now += 1_000;
    using _ = admission.admit('b');
    expect(ended).to.deep.equal(['to read']);
  });

  it('never passes a bound, and has nothing in hand once all calls are over', async () => {
    const command = fc.record({
      do: fc.constantFrom('admit', 'take', 'wait', 'give back', 'end'),
      which: fc.nat(9),
      bytes: fc.nat(70),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 60 }), fc.nat(20), async (commands, freeBytesPerCall) => {
        const admission = new Admission({ ...LIMITS, freeBytesPerCall });
        const calls: AdmittedCall[] = [];
        const over = new AbortController();
        const waiting: Promise<unknown>[] = [];
        for (const { do: what, which, bytes } of commands) {
          const call = calls[which % Math.max(1, calls.length)];
          try {
            if (what === 'admit') calls.push(admission.admit(CALLERS[which % CALLERS.length] as string));
            else if (what === 'take') call?.takeBytes(bytes);
            else if (what === 'give back') call?.giveBackBytes(bytes);
            else if (what === 'end') calls.splice(calls.indexOf(call as AdmittedCall), 1)[0]?.[Symbol.dispose]();
            else if (call !== undefined) waiting.push(call.takeBytesWhenFree(bytes, over.signal).catch(() => {}));
          } catch (error) {
            expect((error as ConnectError).code).to.equal(Code.ResourceExhausted);
          }
          expect(admission.calls).to.equal(calls.length);
          expect(admission.calls).to.be.at.most(LIMITS.maxCalls);
          expect(admission.bytes).to.be.within(0, LIMITS.maxBytes);
        }
        for (const call of calls) call[Symbol.dispose]();
        over.abort();
        await Promise.all(waiting);
        expect([admission.calls, admission.bytes, admission.callers]).to.deep.equal([0, 0, 0]);
      }),
    );
  });
});
