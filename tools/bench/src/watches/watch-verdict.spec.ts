import { expect } from 'chai';
import { judgeWatches, type WatchRun } from './watch-verdict.ts';

const MB = 1_000_000;
const timesOf = (ms: number) => ({ createAlert: [ms], getAlert: [ms] });
const run: WatchRun = {
  watches: 1_000,
  before: { memory: { heap: 30 * MB, external: 2 * MB, rss: 100 * MB }, times: timesOf(10) },
  during: { memory: { heap: 37 * MB, external: 5 * MB, rss: 120 * MB }, times: timesOf(25) },
  counts: { received: 50, incomplete: 0 },
  upstreamCalls: 1,
};

describe('judgeWatches', () => {
  const { during } = run;
  const cases = [
    { name: 'is within all bounds', change: {}, within: true },
    {
      name: 'needs more memory a watch',
      change: { during: { ...during, memory: { ...during.memory, heap: 37.1 * MB } } },
      within: false,
    },
    { name: 'answers other calls later', change: { during: { ...during, times: timesOf(25.1) } }, within: false },
    { name: 'leaves a watch without an outcome', change: { counts: { received: 49, incomplete: 1 } }, within: false },
    { name: 'sends no outcome', change: { counts: { received: 0, incomplete: 0 } }, within: false },
  ];
  for (const { name, change, within } of cases) {
    it(`${within ? 'accepts' : 'refuses'} a gateway that ${name}`, () => {
      expect(judgeWatches({ ...run, ...change }).isWithinBounds).to.equal(within);
    });
  }
});
