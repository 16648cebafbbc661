import { expect } from 'chai';
import { judgeNoisy, type NoisyRun } from './noisy-verdict.ts';

const runOf = (ms: number, failures = 0) => ({ createAlert: [ms], getAlert: [ms], failures });
const run: NoisyRun = { alone: runOf(10), beside: runOf(25), counts: { accepted: 50, refused: 1_000 } };

describe('judgeNoisy', () => {
  const cases = [
    { name: 'is within all bounds', change: {}, within: true },
    { name: 'answers the quiet caller later', change: { beside: runOf(25.1) }, within: false },
    { name: 'refuses the quiet caller', change: { beside: runOf(10, 1) }, within: false },
    { name: 'refuses no noisy one', change: { counts: { accepted: 50, refused: 0 } }, within: false },
  ];
  for (const { name, change, within } of cases) {
    it(`${within ? 'accepts' : 'refuses'} a gateway that ${name}`, () => {
      expect(judgeNoisy({ ...run, ...change }).isWithinBounds).to.equal(within);
    });
  }
});
