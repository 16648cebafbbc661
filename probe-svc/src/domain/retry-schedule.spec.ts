import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_RETRY_SCHEDULE, retryDelayMs, spanMs } from './retry-schedule.ts';

const schedule = DEFAULT_RETRY_SCHEDULE;
const middle = () => 0.5;

describe('retryDelayMs', () => {
  it('doubles from the base to the maximum', () => {
    const delays = Array.from({ length: 12 }, (_, i) => retryDelayMs(schedule, i + 1, middle));
    expect(delays.slice(0, 4)).deep.equal([1_000, 2_000, 4_000, 8_000]);
    expect(delays.slice(-2)).deep.equal([600_000, 600_000]);
  });

  it('spreads by a fifth either way', () => {
    expect(retryDelayMs(schedule, 1, () => 0)).equal(800);
    expect(retryDelayMs(schedule, 1, () => 0.999_999)).closeTo(1_200, 1);
  });

  it('stays a sane delay for any attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), attempt => {
        expect(retryDelayMs(schedule, attempt)).within(800, 720_000);
      }),
    );
  });
});

describe('spanMs', () => {
  it('adds up the pauses between the tries', () => {
    expect(spanMs({ baseMs: 10, maxMs: 40, maxAttempts: 5 })).equal(10 + 20 + 40 + 40);
    expect(spanMs({ baseMs: 10, maxMs: 40, maxAttempts: 1 })).equal(0);
  });

  it('gives an unreachable video about an hour by default', () => {
    expect(spanMs(DEFAULT_RETRY_SCHEDULE) / 60_000).within(45, 90);
  });
});
