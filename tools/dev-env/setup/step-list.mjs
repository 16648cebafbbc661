import { withSetupLock } from './setup-lock.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} doing what a person reads while it runs
 * @property {() => boolean} isDone cheap; called again after the work of the steps before it
 * @property {() => void | Promise<void>} run
 */

/** Runs the steps that are not done, in order, showing the time of each. */
export async function runSteps(steps) {
  if (steps.every(step => step.isDone())) return;
  await withSetupLock(async () => {
    for (const step of steps) {
      if (!step.isDone()) await runStep(step);
    }
  });
}

async function runStep(step) {
  const startedAt = performance.now();
  const name = step.name.padEnd(14);
  if (process.stdout.isTTY) process.stdout.write(`  ${name} ${step.doing} ...`);
  await step.run();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const lineStart = process.stdout.isTTY ? '\r\x1b[K' : '';
  console.log(`${lineStart}  ${name} ${`${seconds} s`.padStart(7)}  ${step.doing}`);
}
