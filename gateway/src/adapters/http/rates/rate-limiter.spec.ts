import { mock } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { RateLimiter, type RateState } from './rate-limiter.ts';

describe('RateLimiter', () => {
  beforeEach(() => mock.timers.enable({ apis: ['Date', 'setTimeout'], now: 1_748_871_320_000 }));
  afterEach(() => mock.timers.reset());

  /** How many of so many single points a caller gets. */
  async function takeOneByOne(limiter: RateLimiter, caller: string, count: number): Promise<number> {
    const states: RateState[] = [];
    for (let index = 0; index < count; index++) states.push(await limiter.take(caller, 1));
    return states.filter(({ isRefused }) => !isRefused).length;
  }

  it('gives a caller its quota at once, and again when the window is over', async () => {
    const limiter = new RateLimiter({ perSecond: 10, windowSeconds: 2 });
    expect(limiter.quota).to.equal(20);
    expect(await takeOneByOne(limiter, 'a', 25)).to.equal(20);
    mock.timers.tick(1_999);
    expect(await limiter.take('a', 1)).to.deep.equal({ isRefused: true, remaining: 0, resetMs: 1, paceMs: 500 });
    mock.timers.tick(1);
    expect(await limiter.take('a', 1)).to.deep.equal({ isRefused: false, remaining: 19, resetMs: 2_000, paceMs: 0 });
    expect(await takeOneByOne(limiter, 'a', 25)).to.equal(19);
  });

  it('tells whether anything is left, without taking it', async () => {
    const limiter = new RateLimiter({ perSecond: 7 / 60, windowSeconds: 60 });
    expect(limiter.quota).to.equal(7);
    for (let times = 0; times < 20; times++) expect(await limiter.hasLeft('a')).to.equal(true);
    await limiter.take('a', 6);
    expect(await limiter.hasLeft('a')).to.equal(true);
    await limiter.take('a', 1);
    expect([await limiter.hasLeft('a'), await limiter.hasLeft('b')]).to.deep.equal([false, true]);
    mock.timers.tick(60_000);
    expect(await limiter.hasLeft('a')).to.equal(true);
  });

  it('counts each caller alone', async () => {
    const limiter = new RateLimiter({ perSecond: 5, windowSeconds: 1 });
    expect(await takeOneByOne(limiter, 'a', 1_000)).to.equal(5);
    expect(await takeOneByOne(limiter, 'b', 6)).to.equal(5);
  });

  it('lets a window last until what was taken beyond the quota is made up for', async () => {
    const limiter = new RateLimiter({ perSecond: 10, windowSeconds: 1 });
    mock.timers.tick(400);
    expect(await limiter.take('a', 1)).to.include({ isRefused: false, remaining: 9 });
    mock.timers.tick(500);
    expect(await limiter.take('a', 100)).to.deep.equal({
      isRefused: false,
      remaining: 0,
      resetMs: 500 + 9_100,
      paceMs: 0,
    });
    expect(await limiter.take('a', 1_000)).to.include({ isRefused: true, resetMs: 9_600 });
    mock.timers.tick(9_599);
    expect(await limiter.take('a', 1)).to.include({ isRefused: true, resetMs: 1 });
    mock.timers.tick(1);
    expect(await limiter.take('a', 1)).to.include({ isRefused: false, remaining: 9 });
  });

  it('tells nobody to wait longer than any window lasts when the clock is set back', async () => {
    const limiter = new RateLimiter({ perSecond: 1, windowSeconds: 1 });
    await limiter.take('a', 1);
    mock.timers.setTime(Date.now() - 4 * 3_600_000);
    expect(await limiter.take('a', 1)).to.include({ isRefused: true, resetMs: 1_000 });
  });

  it('remembers no more callers than it may; the first is forgotten first', async () => {
    const limiter = new RateLimiter({ perSecond: 1, windowSeconds: 60 }, 100);
    for (let index = 0; index < 10_000; index++) await limiter.take(`caller-${index}`, 60);
    expect(limiter.callers).to.equal(100);
    expect(await limiter.take('caller-9900', 1)).to.include({ isRefused: true });
    expect(await limiter.take('caller-9899', 1)).to.include({ isRefused: false });
  });

  it('never gives more than the rate allows in any time, and twice what may be taken at once', async () => {
    const most = 50;
    const steps = fc.array(fc.record({ waitMs: fc.nat(1_500), points: fc.integer({ min: 1, max: most }) }), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3 }), async (all, rate, w) => {
        const limiter = new RateLimiter({ perSecond: rate, windowSeconds: w });
        const given: { readonly at: number; readonly points: number }[] = [];
        for (const { waitMs, points } of all) {
          mock.timers.tick(waitMs);
          const { isRefused } = await limiter.take('a', points);
          if (!isRefused) given.push({ at: Date.now(), points });
        }
        const atOnce = rate * w + most - 1;
        given.forEach((first, index) => {
          let sum = 0;
          for (const { at, points } of given.slice(index)) {
            sum += points;
            expect(sum).to.be.at.most((rate * (at - first.at)) / 1_000 + 2 * atOnce);
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it('gives all that the rate allows to whoever takes it one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 3 }), async (rate, windowSeconds) => {
        const limiter = new RateLimiter({ perSecond: rate, windowSeconds });
        let given = 0;
        for (let tick = 0; tick < 10 * windowSeconds; tick++) {
          given += await takeOneByOne(limiter, 'a', rate * windowSeconds);
          mock.timers.tick(1_000);
        }
        expect(given).to.equal(10 * rate * windowSeconds);
      }),
      { numRuns: 20 },
    );
  });
});
