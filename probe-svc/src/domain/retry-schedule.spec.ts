import { expect } from 'chai';
import { DEFAULT_RETRY_SCHEDULE, spanMs } from './retry-schedule.ts';

describe('spanMs', () => {
  it('adds up the pauses between the tries', () => {
    expect(spanMs({ baseMs: 10, maxMs: 40, maxAttempts: 5 })).to.equal(10 + 20 + 40 + 40);
    expect(spanMs({ baseMs: 10, maxMs: 40, maxAttempts: 1 })).to.equal(0);
  });

  it('gives an unreachable video about an hour by default', () => {
    expect(spanMs(DEFAULT_RETRY_SCHEDULE) / 60_000).to.be.within(45, 90);
  });
});
