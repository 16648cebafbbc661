import { waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { BusyNeighbours } from './busy-neighbours.ts';
import { cpuSecondsOf } from './cpu-seconds.ts';

describe('cpuSecondsOf', () => {
  it('counts the descendants of a process, as long as they live', async () => {
    const own = () => cpuSecondsOf([process.pid]);
    const before = await own();
    {
      await using _ = await BusyNeighbours.start(2);
      await waitFor('half a second of CPU', async () => (await own()) - before > 0.5 || undefined);
    }
    expect(await cpuSecondsOf([])).to.equal(0);
  });
});
