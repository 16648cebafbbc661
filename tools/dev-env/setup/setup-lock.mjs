import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SETUP_DIR } from './project.mjs';
import { SetupError } from './setup-error.mjs';

const LOCK_FILE = path.join(SETUP_DIR, 'lock');
const PATIENCE_MS = 15 * 60_000;

/**
 * Holds the lock of setup while `work` runs: two at once would write the same files.
 * @template Result
 * @param {() => Promise<Result>} work
 */
export async function withSetupLock(work) {
  await acquire();
  // Whatever ends this process, a SetupError and Ctrl-C too.
  process.once('exit', release);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire() {
  const deadline = Date.now() + PATIENCE_MS;
  for (let waits = 0; !tryAcquire(); waits++) {
    const holder = readHolder();
    if (holder !== undefined && !isSetup(holder)) {
      rmSync(LOCK_FILE, { force: true });
      continue;
    }
    if (waits === 0) console.log(`Another setup is at work here (pid ${holder}): waiting for it.`);
    if (Date.now() > deadline) {
      throw new SetupError(`Another setup (pid ${holder}) has held ${LOCK_FILE} for too long. End it and try again.`);
    }
    await delay(200);
  }
}

function tryAcquire() {
  try {
    writeFileSync(LOCK_FILE, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false;
    throw error;
  }
}

function release() {
  if (readHolder() === process.pid) rmSync(LOCK_FILE, { force: true });
}

function readHolder() {
  try {
    // Empty in the instant between its creation and its content.
    return Number(readFileSync(LOCK_FILE, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/**
 * A pid lives again as some other process after a reboot or in a new container.
 * @param {number} pid
 */
function isSetup(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('setup.mjs');
  } catch {
    return false;
  }
}
