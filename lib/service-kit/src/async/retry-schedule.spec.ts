import { expect } from 'chai';
import { isExhausted, type RetrySchedule } from './retry-schedule.ts';

/** Pauses of 100, 200 and 200 ms: 500 ms in all, and 400 ms at least. */
const SCHEDULE: RetrySchedule = { baseMs: 100, maxMs: 200, maxAttempts: 4 };

describe('isExhausted', () => {
  it('asks for all attempts, however long they took', () => {
    expect(isExhausted(SCHEDULE, 3, 86_400_000)).to.equal(false);
    expect(isExhausted(SCHEDULE, 4, 86_400_000)).to.equal(true);
  });

  it('asks for the time of all pauses at their shortest, however many deliveries there were', () => {
    expect(isExhausted(SCHEDULE, 1_000, 399)).to.equal(false);
    expect(isExhausted(SCHEDULE, 4, 400)).to.equal(true);
  });
});
