import { expect } from 'chai';
import fc from 'fast-check';
import { backoffDelayMs, backoffSpanMs } from './backoff.ts';

const BACKOFF = { baseMs: 100, maxMs: 1_000 };
const ATTEMPTS = [1, 2, 3, 4, 5, 6];

describe('backoffDelayMs', () => {
  it('doubles up to the maximum', () => {
    const delays = ATTEMPTS.map(attempt => backoffDelayMs(BACKOFF, attempt, () => 0.5));
    expect(delays).to.deep.equal([100, 200, 400, 800, 1_000, 1_000]);
  });

  it('differs by 20 % at most, at the maximum too', () => {
    expect(ATTEMPTS.map(attempt => backoffDelayMs(BACKOFF, attempt, () => 0))).to.deep.equal([
      80, 160, 320, 640, 800, 800,
    ]);
    expect(backoffDelayMs(BACKOFF, 6, () => 1)).to.equal(1_200);
  });

  it('stays within its limits for any attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), attempt => {
        expect(backoffDelayMs(BACKOFF, attempt)).to.be.within(80, 1_200);
      }),
    );
  });
});

describe('backoffSpanMs', () => {
  it('adds up the pauses between attempts', () => {
    expect([1, 2, 3, 6].map(attempts => backoffSpanMs(BACKOFF, attempts))).to.deep.equal([0, 100, 300, 2_500]);
  });
});
