import { scheduleSpanMs } from '@vigie/service-kit/async';
import { expect } from 'chai';
import { DEFAULT_RETRY_SCHEDULE } from './retry-schedule.ts';

describe('DEFAULT_RETRY_SCHEDULE', () => {
  it('gives an unreachable video about an hour', () => {
    expect(scheduleSpanMs(DEFAULT_RETRY_SCHEDULE) / 60_000).to.be.within(45, 90);
  });
});
