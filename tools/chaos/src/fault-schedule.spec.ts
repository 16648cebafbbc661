import { expect } from 'chai';
import { dealToLanes, type PlannedFault, planFaults } from './fault-schedule.ts';
import { FAULT_KINDS } from './faults/fault-kinds.ts';
import { SeededRandom } from './seeded-random.ts';

const take = <T>(count: number, items: Iterator<T, void>): T[] =>
  Array.from({ length: count }, () => items.next().value as T);
const plan = (seed: number, count: number): PlannedFault[] =>
  take(count, planFaults(FAULT_KINDS, new SeededRandom(seed)));
const HOUR_MS = 3_600_000;
const ROUND = FAULT_KINDS.length;

describe('planFaults', () => {
  it('plans the same kinds, victims and durations for the same seed, others for another', () => {
    expect(plan(7, 5 * ROUND)).to.deep.equal(plan(7, 5 * ROUND));
    expect(plan(8, ROUND)).to.not.deep.equal(plan(7, ROUND));
  });

  it('plans each kind once a round, in another order each time', () => {
    const kinds = plan(1, 2 * ROUND).map(({ kind }) => kind);
    const [first, second] = [kinds.slice(0, ROUND), kinds.slice(ROUND)];
    expect(new Set(first).size).to.equal(ROUND);
    expect(second).to.have.members(first).and.not.deep.equal(first);
  });

  it('ends after as many rounds as are wanted', () => {
    expect([...planFaults(FAULT_KINDS, new SeededRandom(1), 2)]).to.deep.equal(plan(1, 2 * ROUND));
  });

  it('hits every victim of a kind before it hits one again', () => {
    for (const { kind, victims } of FAULT_KINDS) {
      const hit = plan(2, victims.length * ROUND).filter(planned => planned.kind === kind);
      expect(hit.map(({ victim }) => victim)).to.have.members([...victims]);
    }
  });

  it('holds a fault for as long as its kind allows', () => {
    for (const { kind, holdMs } of plan(3, 3 * ROUND)) {
      const allowed = FAULT_KINDS.find(known => known.kind === kind)?.holdMs;
      expect(holdMs).to.within(allowed?.min as number, allowed?.max as number);
    }
  });
});

describe('planFaults of clock-jump', () => {
  it('has a clock jump by up to four hours, ahead or back, the same way for the same seed', () => {
    const jumps = plan(4, 20 * ROUND).filter(({ kind }) => kind === 'clock-jump');
    const offsetsMs = jumps.map(({ offsetMs }) => offsetMs as number);
    expect(Math.min(...offsetsMs)).to.within(-4 * HOUR_MS, -HOUR_MS);
    expect(Math.max(...offsetsMs)).to.within(HOUR_MS, 4 * HOUR_MS);
    expect(jumps).to.deep.equal(plan(4, 20 * ROUND).filter(({ kind }) => kind === 'clock-jump'));
  });

  it('leaves its service to other faults meanwhile', () => {
    const [jump] = plan(4, ROUND).filter(({ kind }) => kind === 'clock-jump') as [PlannedFault];
    const others = plan(4, 5 * ROUND).filter(({ kind }) => kind !== 'clock-jump');
    expect(others.flatMap(({ targets }) => targets)).to.not.include.members([...jump.targets]);
  });
});

describe('dealToLanes', () => {
  it('gives each lane the same faults, whichever lane asks first', () => {
    const lanesOf = (seed: number) => dealToLanes(planFaults(FAULT_KINDS, new SeededRandom(seed)), 2);
    const [a, b] = lanesOf(5) as [Iterator<PlannedFault, void>, Iterator<PlannedFault, void>];
    const [c, d] = lanesOf(5) as [Iterator<PlannedFault, void>, Iterator<PlannedFault, void>];
    const [fromA, fromB] = [take(10, a), take(10, b)];
    const [fromD, fromC] = [take(10, d), take(10, c)];
    expect([fromA, fromB]).to.deep.equal([fromC, fromD]);
    expect(fromA).to.not.deep.equal(fromB);
  });

  it('ends each lane with the plan', () => {
    const lanes = dealToLanes([1, 2, 3, 4, 5].values(), 2);
    expect(lanes.map(lane => take(4, lane))).to.deep.equal([
      [1, 3, 5, undefined],
      [2, 4, undefined, undefined],
    ]);
  });
});
