import { expect } from 'chai';
import { fairShare, isRecovered, judge, type Pace } from './verdict.ts';

/** 10 s at 100 alerts/s and 15 ms of CPU each: one and a half cores. */
const quiet: Pace = { seconds: 10, finished: 1_000, meshCpuSeconds: 15, driverCpuSeconds: 5 };
const paceOf = (perSecond: number, cpuMs: number): Pace => ({
  ...quiet,
  finished: perSecond * quiet.seconds,
  meshCpuSeconds: (perSecond * quiet.seconds * cpuMs) / 1_000,
});

describe('fairShare', () => {
  it('counts the mesh as many programs as the cores that it keeps busy', () => {
    expect(fairShare(quiet, 2, 2)).to.equal(0.5);
    expect(fairShare(quiet, 8, 2)).to.equal(0.2);
  });

  it('is everything while there are cores enough', () => {
    expect(fairShare(quiet, 2, 8)).to.equal(1);
  });
});

describe('judge', () => {
  const cases = [
    { name: 'slows down as its share does', busy: paceOf(50, 15), within: true },
    { name: 'is within both bounds', busy: paceOf(36, 19), within: true },
    { name: 'does less than its share allows', busy: paceOf(34, 15), within: false },
    { name: 'needs more CPU for an alert', busy: paceOf(50, 20), within: false },
    { name: 'is back too late', busy: paceOf(50, 15), recoveredAfterMs: 10_001, within: false },
    { name: 'finishes nothing', busy: { ...quiet, finished: 0 }, within: false },
  ];
  for (const { name, busy, recoveredAfterMs = 2_000, within } of cases) {
    it(`${within ? 'accepts' : 'refuses'} a mesh that ${name}`, () => {
      expect(judge(0.5, quiet, busy, recoveredAfterMs).isWithinBounds).to.equal(within);
    });
  }
});

describe('isRecovered', () => {
  it('allows for the noise of a short measurement', () => {
    expect(isRecovered(paceOf(80, 15), quiet)).to.equal(true);
    expect(isRecovered(paceOf(79, 15), quiet)).to.equal(false);
  });
});
