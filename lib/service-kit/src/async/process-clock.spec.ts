import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { ProcessClock } from './process-clock.ts';

describe('ProcessClock', () => {
  it('stands nearly still while the process is held up', () => {
    using clock = new ProcessClock();
    const [before, startedAt] = [clock.now(), performance.now()];
    while (performance.now() - startedAt < 500);
    expect(clock.now() - before).to.be.within(0, 50);
  });

  it('goes on afterwards, and never back', async () => {
    using clock = new ProcessClock();
    let last = clock.now();
    while (last < 100) {
      await delay(1);
      const now = clock.now();
      expect(now).to.be.at.least(last);
      last = now;
    }
  });
});
