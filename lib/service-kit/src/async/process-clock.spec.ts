import { setTimeout as delay } from 'node:timers/promises';
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

  it('lets the process sleep while nothing is measured', async () => {
    const loopsIn = async (ms: number) => {
      const before = performance.nodeTiming.uvMetricsInfo.loopCount;
      await delay(ms);
      return performance.nodeTiming.uvMetricsInfo.loopCount - before;
    };
    {
      using watch = processClock.startWatch();
      let loops = 0;
      while (watch.elapsedMs < MANY_TICKS_MS) loops += await loopsIn(MANY_TICKS_MS);
      expect(loops).to.be.above(3);
    }
    await delay(MANY_TICKS_MS);
    expect(await loopsIn(MANY_TICKS_MS)).to.be.at.most(3);
  });
});
