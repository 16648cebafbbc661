// For `node --import`: what `Date` says of now is moved by as many milliseconds as the file CHAOS_CLOCK_FILE holds,
// from the moment it is written. Timers and `performance.now` go on, as when a machine's clock is set.
import { readFileSync } from 'node:fs';
import { moveClock } from './move-clock.ts';

const POLL_MS = 100;

// A child process that a service starts may have its NODE_OPTIONS without this.
const { CHAOS_CLOCK_FILE: file } = process.env;

if (file !== undefined) {
  moveClock(readOffsetMs(file));
  setInterval(() => moveClock(readOffsetMs(file)), POLL_MS).unref();
}

/** 0 where there is no file yet. */
function readOffsetMs(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
