import { readdirSync, readFileSync } from 'node:fs';

/**
 * Signals a process first and then its descendants, so that it can't start new ones in between.
 * @returns the descendants
 */
export function signalTree(pid: number, signal: NodeJS.Signals): number[] {
  const descendants = findDescendants(pid);
  for (const each of [pid, ...descendants]) signalIfThere(each, signal);
  return descendants;
}

/**
 * Kills the processes that are left in the group of a process that has ended, such as the workers of a killed nginx.
 */
export function killGroup(leaderPid: number): void {
  signalIfThere(-leaderPid, 'SIGKILL');
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function findDescendants(pid: number): number[] {
  const children = childrenByParent();
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap(child => [child, ...below(child)]);
  return below(pid);
}

function childrenByParent(): Map<number, number[]> {
  const pids = readdirSync('/proc').filter(entry => /^\d+$/.test(entry));
  return Map.groupBy(pids.map(Number), parentOf) as Map<number, number[]>;
}

function parentOf(pid: number): number | undefined {
  try {
    // The command name, in parentheses, may contain spaces; the state and the parent come after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
