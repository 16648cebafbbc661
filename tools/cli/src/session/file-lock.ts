import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 25;
/** Longer than a call to a gateway takes that gives no answer. */
const WAIT_MS = 30_000;
/** https://www.sqlite.org/rescode.html#busy; codes that say more have it in their last byte. */
const SQLITE_BUSY = 5;

/**
 * Does something while no other process does that names the same file. The lock is SQLite's, as Node has no `flock`:
 * the operating system takes it from a process that ends, however that ends, so that nobody has to guess whether one
 * that is held is held by anybody. Nothing is ever written to the file.
 *
 * @throws Error if others hold it for too long
 */
export async function whileLocked<T>(file: string, work: () => Promise<T>): Promise<T> {
  using database = new DatabaseSync(file, { timeout: 0 });
  for (const endsAt = performance.now() + WAIT_MS; !take(database); await delay(INTERVAL_MS)) {
    if (performance.now() > endsAt) throw new Error(`Another vigie holds ${file}, and does not end: try again later.`);
  }
  return await work();
}

function take(database: DatabaseSync): boolean {
  try {
    // A journal in a file would outlive a process that is killed.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const { errcode = 0 } = error as { readonly errcode?: number };
    if (errcode % 256 === SQLITE_BUSY) return false;
    throw error;
  }
}
