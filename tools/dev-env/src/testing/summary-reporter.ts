import path from 'node:path';
import Mocha from 'mocha';

/** How many of the spec files are named that took longest. */
const SLOWEST = 10;

/**
 * Mocha's own report, the spec files that took longest with their hooks, and as its last line the counts, for scripts.
 */
export default class SummaryReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options);
    const startedAt = performance.now();
    const durations = new Map<string, number>();
    const add = ({ file, duration = 0 }: Mocha.Runnable): void => {
      if (file !== undefined) durations.set(file, (durations.get(file) ?? 0) + duration);
    };
    runner.on('test end', add);
    runner.on('hook end', add);
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      console.log(`The ${SLOWEST} slowest spec files, of ${seconds(performance.now() - startedAt)} s in all:`);
      const slowest = [...durations].sort(([, one], [, other]) => other - one).slice(0, SLOWEST);
      for (const [file, ms] of slowest) console.log(`${seconds(ms).padStart(7)} s  ${path.relative('.', file)}`);
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
