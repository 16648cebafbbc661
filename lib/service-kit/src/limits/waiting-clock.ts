import { ProcessClock } from '../async/process-clock.ts';

const clock = new ProcessClock();

/**
 * In milliseconds: by this clock clients are found slow. In a flood the process itself is held up, and its answers have
 * not left yet however fast their clients read.
 */
export function waitingClock(): number {
  return clock.now();
}
