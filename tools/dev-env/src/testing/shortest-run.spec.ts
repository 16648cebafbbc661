import { expect } from 'chai';
import { shortestRunMs } from './shortest-run.ts';

describe('shortestRunMs', () => {
  const measured = (...runs: number[]) => Promise.resolve(runs.shift() ?? 100);

  it('stops at the first run that is short enough', async () => {
    const runs = [70, 40, 10];
    expect(await shortestRunMs(50, () => measured(runs.shift() ?? 0))).to.equal(40);
    expect(runs).to.deep.equal([10]);
  });

  it('returns the shortest of ten if none is short enough', async () => {
    let count = 0;
    expect(await shortestRunMs(50, () => measured(100 - count++))).to.equal(91);
    expect(count).to.equal(10);
  });
});
