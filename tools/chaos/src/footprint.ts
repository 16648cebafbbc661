import { readdir, readFile } from 'node:fs/promises';
import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { Breach } from './checker/breach.ts';

/** The resources that a process uses. */
export interface Footprint {
  readonly residentBytes: number;
  readonly openFiles: number;
}

const MEBIBYTE = 1024 * 1024;
/** V8 and malloc keep some memory after a busy time, and a connection or two may still be closing. */
const MEMORY_FACTOR = 1.5;
const MEMORY_SLACK_BYTES = 64 * MEBIBYTE;
/** nats-server caches stream data and the message ids of the duplicate window; it starts with empty caches. */
const NATS_SLACK_BYTES = 256 * MEBIBYTE;
const FILES_SLACK = 20;

/** By the name of the process; processes that do not run are left out. */
export async function measureFootprints(processes: readonly SupervisedProcess[]): Promise<Map<string, Footprint>> {
  const measured = new Map<string, Footprint>();
  for (const { name, pid } of processes) {
    if (pid !== undefined) measured.set(name, await measureFootprint(pid));
  }
  return measured;
}

export function compareFootprints(
  before: ReadonlyMap<string, Footprint>,
  after: ReadonlyMap<string, Footprint>,
): Breach[] {
  return [...before].flatMap(([name, then]) => {
    const now = after.get(name);
    if (now === undefined) return [{ kind: 'footprint' as const, detail: `${name} is gone` }];
    const details = [
      ...(now.openFiles > then.openFiles + FILES_SLACK
        ? [`${name} holds ${now.openFiles} files open, ${then.openFiles} at first`]
        : []),
      ...(now.residentBytes > then.residentBytes * MEMORY_FACTOR + slackOf(name)
        ? [`${name} has ${toMebibytes(now.residentBytes)} MiB resident, ${toMebibytes(then.residentBytes)} at first`]
        : []),
    ];
    return details.map(detail => ({ kind: 'footprint' as const, detail }));
  });
}

function slackOf(name: string): number {
  return name.startsWith('nats') ? NATS_SLACK_BYTES : MEMORY_SLACK_BYTES;
}

function toMebibytes(bytes: number): number {
  return Math.round(bytes / MEBIBYTE);
}

async function measureFootprint(pid: number): Promise<Footprint> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const residentKibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
  return { residentBytes: residentKibibytes * 1024, openFiles: (await readdir(`/proc/${pid}/fd`)).length };
}
