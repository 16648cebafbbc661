import { mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { processClock } from './process-clock.ts';

const MANY_TICKS_MS = 200;

describe('processClock', () => {
  it('stands nearly still while the process is held up', () => {
    using watch = processClock.startWatch();
    const startedAt = performance.now();
    while (performance.now() - startedAt < 500);
    expect(watch.elapsedMs).to.be.within(0, 50);
  });

  it('goes on afterwards, and never back', async () => {
    using watch = processClock.startWatch();
    let last = 0;
    while (last < 100) {
      await delay(1);
      const { elapsedMs } = watch;
      expect(elapsedMs).to.be.at.least(last);
      last = elapsedMs;
    }
  });

  it('counts for one watch what passes while others end', async () => {
    using watch = processClock.startWatch();
    const other = processClock.startWatch();
    for (let i = 0; i < 2; i++) other[Symbol.dispose]();
    const startedAt = performance.now();
    while (watch.elapsedMs < MANY_TICKS_MS) await delay(1);
    expect(performance.now() - startedAt).to.be.at.least(MANY_TICKS_MS - 50);
  });

  it('ticks no more once nothing is measured', async () => {
    const started = mock.method(globalThis, 'setInterval');
    const cleared = mock.method(globalThis, 'clearInterval');
    try {
      // Until the ticks of the tests before are over.
      const ticks = await waitFor('a timer', async () => {
        const calls = started.mock.callCount();
        processClock.startWatch()[Symbol.dispose]();
        return started.mock.calls[calls]?.result;
      });
      await waitFor('its end', async () => cleared.mock.calls.some(call => call.arguments[0] === ticks) || undefined);
    } finally {
      mock.restoreAll();
    }
  });
});
