import { readdir, readFile } from 'node:fs/promises';

/** Linux counts CPU time in hundredths of a second on all machines that Node runs on: USER_HZ. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly seconds: number;
}

/** The CPU time, user and system, that these processes and all their descendants have taken. */
export async function cpuSecondsOf(pids: readonly number[]): Promise<number> {
  const processes = await readProcesses();
  const isPart = (pid: number | undefined): boolean =>
    pid !== undefined && (pids.includes(pid) || isPart(processes.get(pid)?.parent));
  let seconds = 0;
  for (const [pid, times] of processes) if (isPart(pid)) seconds += times.seconds;
  return seconds;
}

async function readProcesses(): Promise<ReadonlyMap<number, ProcessTimes>> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const found = await Promise.all(pids.map(async pid => [pid, await readTimes(pid)] as const));
  return new Map(found.filter((entry): entry is [number, ProcessTimes] => entry[1] !== undefined));
}

/** `undefined` if the process is gone. Columns as in proc_pid_stat(5). */
async function readTimes(pid: number): Promise<ProcessTimes | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The command's name, in parentheses, may contain spaces; the third column comes behind it.
  const columns = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const column = (number: number): number => Number(columns[number - 3]);
  // Its own, and that of its children that have ended and were waited for.
  const ticks = column(14) + column(15) + column(16) + column(17);
  return { parent: column(4), seconds: ticks / TICKS_PER_SECOND };
}
