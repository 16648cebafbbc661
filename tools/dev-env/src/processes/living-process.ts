import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a process runs; one that has ended and waits to be collected does not. */
export function isLiving(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}

/** @throws Error naming the processes that still live after `timeoutMs` */
export async function waitUntilGone(pids: readonly number[], timeoutMs = 5000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (pids.some(isLiving)) {
    if (performance.now() > deadline) throw new Error(`still living: ${pids.filter(isLiving).join(', ')}`);
    await delay(20);
  }
}
