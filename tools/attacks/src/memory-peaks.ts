import { readFile, writeFile } from 'node:fs/promises';
import type { SupervisedProcess } from '@vigie/dev-env/processes';

/** Bytes by the name of the process. */
export type MemoryByProcess = ReadonlyMap<string, number>;

/** Lets the kernel count peaks anew (`proc_pid_clear_refs(5)`). @returns the resident bytes of now */
export async function resetPeaks(processes: readonly SupervisedProcess[]): Promise<MemoryByProcess> {
  return measure(processes, async pid => {
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    return readStatus(pid, 'VmRSS');
  });
}

/** @returns the most resident bytes since `resetPeaks` (`VmHWM` in `proc_pid_status(5)`) of each process that runs */
export function readPeaks(processes: readonly SupervisedProcess[]): Promise<MemoryByProcess> {
  return measure(processes, pid => readStatus(pid, 'VmHWM'));
}

async function measure(
  processes: readonly SupervisedProcess[],
  read: (pid: number) => Promise<number>,
): Promise<MemoryByProcess> {
  const found = new Map<string, number>();
  for (const { name, pid } of processes) if (pid !== undefined) found.set(name, await read(pid));
  return found;
}

async function readStatus(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
}
