import { withSetupLock } from './setup-lock.mjs';

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} doing what a person reads while it runs
 * @property {() => boolean} isDone cheap; called again after the work of the steps before it
 * @property {() => void | Promise<void>} run
 */

// A shorter step shows only its end.
const FIRST_SIGN_MS = 3000;
const NEXT_SIGN_MS = 30_000;

/**
 * Runs the steps that are not done, in order, showing the time of each.
 * @param {Step[]} steps
 */
export async function runSteps(steps) {
  if (steps.every(step => step.isDone())) return;
  await withSetupLock(async () => {
    for (const step of steps) {
      if (!step.isDone()) await runStep(step);
    }
  });
}

/** @param {Step} step */
async function runStep({ name, doing, run }) {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  const stopSigns = showSigns(name, doing, seconds);
  try {
    await run();
  } finally {
    stopSigns();
  }
  console.log(stepLine(name, `${seconds().toFixed(1)} s`, doing));
}

/**
 * Says that a long step is at work: at a terminal in one line that stays current, in a file or a pipe by a line now and
 * then.
 * @param {string} name
 * @param {string} doing
 * @param {() => number} seconds
 */
function showSigns(name, doing, seconds) {
  const write = () => stepLine(name, `${seconds().toFixed(0)} s`, `${doing} ...`);
  if (process.stdout.isTTY) {
    const draw = () => process.stdout.write(`\r\x1b[K${write()}`);
    draw();
    const timer = setInterval(draw, 1000);
    return () => {
      clearInterval(timer);
      process.stdout.write('\r\x1b[K');
    };
  }
  const say = () => {
    console.log(write());
    timer = setTimeout(say, NEXT_SIGN_MS);
  };
  let timer = setTimeout(say, FIRST_SIGN_MS);
  return () => clearTimeout(timer);
}

/**
 * @param {string} name
 * @param {string} time
 * @param {string} text
 */
function stepLine(name, time, text) {
  return `  ${name.padEnd(14)} ${time.padStart(7)}  ${text}`;
}
