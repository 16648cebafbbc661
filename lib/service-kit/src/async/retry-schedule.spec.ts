import { expect } from 'chai';
import { isExhausted, type RetrySchedule, scheduleSpanMs } from './retry-schedule.ts';

/** Pauses of 100, 200 and 200 ms. */
const SCHEDULE: RetrySchedule = { baseMs: 100, maxMs: 200, maxAttempts: 4 };

describe('isExhausted', () => {
  it('asks for all attempts, however long they took', () => {
    expect(isExhausted(SCHEDULE, 3, 86_400_000)).to.equal(false);
    expect(isExhausted(SCHEDULE, 4, 86_400_000)).to.equal(true);
  });

  it('asks for the time of all pauses, however many deliveries there were', () => {
    expect(isExhausted(SCHEDULE, 1_000, 499)).to.equal(false);
    expect(isExhausted(SCHEDULE, 4, 500)).to.equal(true);
  });
});

describe('scheduleSpanMs', () => {
  it('adds up the pauses between the attempts', () => {
    expect(scheduleSpanMs({ baseMs: 10, maxMs: 40, maxAttempts: 5 })).to.equal(10 + 20 + 40 + 40);
    expect(scheduleSpanMs({ baseMs: 10, maxMs: 40, maxAttempts: 1 })).to.equal(0);
  });
});
