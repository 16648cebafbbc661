import { expect } from 'chai';
import fc from 'fast-check';
import { pauseAfter, withRetries } from './retry.ts';
import { VigieError } from './vigie-error.ts';

const POLICY = { maxAttempts: 3, baseMs: 1, maxMs: 4 };

function failure(code: 'UNAVAILABLE' | 'RESOURCE_EXHAUSTED' | 'NOT_FOUND' | 'ABORTED', retryAfterMs?: number) {
  return new VigieError({ code, reason: 'R', message: 'failed', retryAfterMs });
}

/** How many attempts are made, all with the same failure. */
async function attemptsOf(error: VigieError, timeoutMs = 60_000): Promise<number> {
  let attempts = 0;
  const attempt = async () => {
    attempts += 1;
    throw error;
  };
  const thrown = await withRetries(attempt, POLICY, { timeoutMs, attemptMs: 1_000, signal: undefined }).catch(e => e);
  expect(thrown).to.equal(error);
  return attempts;
}

describe('withRetries', () => {
  it('repeats what may succeed later, and nothing else', async () => {
    expect(await attemptsOf(failure('UNAVAILABLE'))).to.equal(3);
    expect(await attemptsOf(failure('RESOURCE_EXHAUSTED', 1))).to.equal(3);
    expect(await attemptsOf(failure('ABORTED', 1))).to.equal(3);
    expect(await attemptsOf(failure('RESOURCE_EXHAUSTED'))).to.equal(1);
    expect(await attemptsOf(failure('ABORTED'))).to.equal(1);
    expect(await attemptsOf(failure('NOT_FOUND', 1))).to.equal(1);
  });

  it('does not begin a pause that would outlast the call', async () => {
    expect(await attemptsOf(failure('UNAVAILABLE', 5_000), 4_000)).to.equal(1);
  });

  it('ends a pause when its signal aborts', async () => {
    const signal = AbortSignal.timeout(1);
    const attempts = { timeoutMs: 600_000, attemptMs: 1_000, signal };
    const thrown = await withRetries(() => Promise.reject(failure('UNAVAILABLE', 300_000)), POLICY, attempts).catch(
      e => e,
    );
    expect(thrown).to.equal(signal.reason);
  });
});

describe('pauseAfter', () => {
  it('is between what the server asks for and a span that doubles', () => {
    const policy = { maxAttempts: 9, baseMs: 100, maxMs: 1_000 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(10_000), (attempt, retryAfterMs) => {
        const pauseMs = pauseAfter(policy, attempt, failure('UNAVAILABLE', retryAfterMs));
        expect(pauseMs).to.within(retryAfterMs, retryAfterMs + Math.min(1_000, 100 * 2 ** (attempt - 1)));
      }),
    );
  });
});
