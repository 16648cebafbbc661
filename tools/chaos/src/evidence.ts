import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Breach } from './checker/breach.ts';

const MAX_UIDS = 5;
const MAX_LINES_OF_UID = 12;
const MAX_LINE_LENGTH = 300;

interface LogLine {
  readonly process: string;
  readonly text: string;
}

/**
 * The log lines of all processes about the alerts of the first few breaches, ordered by the time in each line. The
 * lines of a service whose clock has jumped are out of order.
 */
export async function gatherEvidence(logDir: string, breaches: readonly Breach[]): Promise<string> {
  const uids = [...new Set(breaches.flatMap(({ alert }) => alert ?? []).map(uidOf))].slice(0, MAX_UIDS);
  const lines = (await Promise.all((await readdir(logDir)).map(name => readLog(logDir, name)))).flat();
  return uids.map(uid => [`${uid} in the logs:`, ...findLines(lines, uid)].join('\n')).join('\n');
}

/** Of what `alertKey` names. */
function uidOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

async function readLog(logDir: string, name: string): Promise<LogLine[]> {
  const text = await readFile(path.join(logDir, name), 'utf8');
  return text.split('\n').map(line => ({ process: path.parse(name).name, text: line }));
}

function findLines(lines: readonly LogLine[], uid: string): string[] {
  const found = lines.filter(({ text }) => text.includes(JSON.stringify(uid)));
  const inTime = found.sort((a, b) => timeOf(a) - timeOf(b));
  const shown = inTime.slice(0, MAX_LINES_OF_UID).map(({ process, text }) => {
    return `  ${process}: ${text.slice(0, MAX_LINE_LENGTH)}`;
  });
  return found.length > shown.length ? [...shown, `  and ${found.length - shown.length} more`] : shown;
}

function timeOf({ text }: LogLine): number {
  return Number(/"time":(\d+)/.exec(text)?.[1] ?? 0);
}
