import { expect } from 'chai';
import { type Retry, retry } from './retry.ts';

const backoff = { baseMs: 1, maxMs: 2 };

class Outage extends Error {}

/** Fails as often as there are errors, then succeeds. */
function failing(errors: readonly Error[]): (attempt: number) => Promise<string> {
  return async attempt => {
    const error = errors[attempt - 1];
    if (error !== undefined) throw error;
    return `attempt ${attempt}`;
  };
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('it succeeded'),
    error => error,
  );
}

describe('retry', () => {
  it('repeats an attempt until it succeeds, and reports each that failed', async () => {
    const errors = [new Outage('first'), new Outage('second')];
    const retries: Retry[] = [];
    const result = await retry(failing(errors), { backoff, onRetry: failed => retries.push(failed) });
    expect(result).to.equal('attempt 3');
    expect(retries).to.deep.equal([
      { error: errors[0], attempt: 1 },
      { error: errors[1], attempt: 2 },
    ]);
  });

  it('throws at once what another attempt would not change', async () => {
    const bad = new Error('refused');
    const retries: Retry[] = [];
    const work = retry(failing([new Outage('away'), bad]), {
      backoff,
      isRetryable: error => error instanceof Outage,
      onRetry: failed => retries.push(failed),
    });
    expect(await rejection(work)).to.equal(bad);
    expect(retries).to.have.length(1);
  });

  it('throws the last error once its attempts are used up', async () => {
    const errors = [new Outage('first'), new Outage('second'), new Outage('third')];
    expect(await rejection(retry(failing(errors), { backoff, maxAttempts: 2 }))).to.equal(errors[1]);
  });

  it('throws the last error once its time is used up', async () => {
    let attempts = 0;
    const work = retry(
      async () => {
        attempts++;
        throw new Outage('still away');
      },
      { backoff, patienceMs: 20 },
    );
    expect(await rejection(work)).to.be.instanceOf(Outage);
    expect(attempts).to.be.greaterThan(1);
  });

  it('does not repeat a bug', async () => {
    const bug = new TypeError('x is not a function');
    expect(await rejection(retry(failing([bug]), { backoff }))).to.equal(bug);
  });

  for (const reason of [new Error('no longer wanted'), 'stopping']) {
    it(`rejects with the reason of its signal, ${typeof reason}, during an attempt`, async () => {
      const caller = new AbortController();
      const retries: Retry[] = [];
      const work = retry(() => new Promise(() => {}), {
        backoff,
        onRetry: failed => retries.push(failed),
        signal: caller.signal,
      });
      caller.abort(reason);
      expect(await rejection(work)).to.equal(reason);
      expect(retries).to.deep.equal([]);
    });

    it(`rejects with the reason of its signal, ${typeof reason}, during a pause`, async () => {
      const caller = new AbortController();
      const work = retry(failing([new Outage('away')]), {
        backoff: { baseMs: 60_000, maxMs: 60_000 },
        onRetry: () => setImmediate(() => caller.abort(reason)),
        signal: caller.signal,
      });
      expect(await rejection(work)).to.equal(reason);
    });
  }
});
