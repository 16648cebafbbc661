import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** What store-svc logs of each. */
const REPAIR = /"missing":"(\w+)","msg":"lost work found by the sweep, and done again"/g;

/**
 * How often the sweep found that something was missing, by what. From the logs, as the processes that count it are
 * killed.
 */
export async function countRepairs(logDir: string): Promise<ReadonlyMap<string, number>> {
  const logs = (await readdir(logDir)).filter(name => name.startsWith('store-svc'));
  const repairs = new Map<string, number>();
  for (const log of logs) {
    for (const [, missing = ''] of (await readFile(path.join(logDir, log), 'utf8')).matchAll(REPAIR)) {
      repairs.set(missing, (repairs.get(missing) ?? 0) + 1);
    }
  }
  return repairs;
}
