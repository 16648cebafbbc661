import { expect } from 'chai';
import { buildTargets } from './build-targets.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTarget } from './run-target.ts';
import { makeSeeds, type Seeds } from './seeds.ts';

// The bounded run, the same each time; `npm run fuzz -- --seconds 3600` is the long one that looks for what is new.
const RUNS: Readonly<Record<FuzzTarget, number>> = { 'sparse-io': 10_000, probe: 3_000, poster: 1_000 };
const MOST_SECONDS = 60;

const boundsOf = (target: FuzzTarget) => ({
  seconds: MOST_SECONDS,
  repeatable: { seed: 1, runs: RUNS[target] },
});

describe('fuzzing', () => {
  let seeds: Seeds;

  before(function () {
    // May have to install clang.
    this.timeout(900_000);
    buildTargets();
    seeds = makeSeeds();
  });

  it('finds no read over ranges that gives a byte of another place or passes over a hole', async () => {
    const { executions } = await fuzzTarget('sparse-io', seeds, boundsOf('sparse-io'));
    expect(executions).to.be.greaterThan(1_000);
  }).timeout(600_000);

  it('finds no file that crashes, hangs or leaks the probe', async () => {
    const { executions } = await fuzzTarget('probe', seeds, boundsOf('probe'));
    expect(executions).to.be.greaterThan(1_000);
  }).timeout(600_000);

  it('finds no file that crashes, hangs or leaks the poster', async () => {
    const { executions } = await fuzzTarget('poster', seeds, boundsOf('poster'));
    expect(executions).to.be.greaterThan(200);
  }).timeout(600_000);
});
