import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { Breach } from './checker/breach.ts';

/** Waits for each process to be ready. A replica that isn't would never be missed while the other one does its work. */
export async function findUnready(processes: readonly SupervisedProcess[]): Promise<Breach[]> {
  const found = await Promise.all(processes.map(explainUnready));
  return found.filter(detail => detail !== undefined).map(detail => ({ kind: 'no-recovery', detail }));
}

async function explainUnready(process: SupervisedProcess): Promise<string | undefined> {
  try {
    await process.waitUntilReady();
    return undefined;
  } catch (error) {
    // Below it stands the end of its log.
    return (error as Error).message.split('\n', 1)[0];
  }
}
