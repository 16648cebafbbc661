import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { processClock } from './process-clock.ts';

describe('processClock', () => {
  it('stands nearly still while the process is held up', () => {
    const [before, startedAt] = [processClock.now(), performance.now()];
    while (performance.now() - startedAt < 500);
    expect(processClock.now() - before).to.be.within(0, 50);
  });

  it('goes on afterwards, and never back', async () => {
    const before = processClock.now();
    let last = before;
    while (last < before + 100) {
      await delay(1);
      const now = processClock.now();
      expect(now).to.be.at.least(last);
      last = now;
    }
  });
});
