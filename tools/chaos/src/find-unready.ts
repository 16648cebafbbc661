import type { SupervisedProcess } from '@vigie/dev-env/processes';
import type { Breach } from './checker/breach.ts';

/**
 * Waits until each process is ready. A replica that is not ready would go unnoticed as long as the other one does the
 * work.
 */
export async function findUnready(processes: readonly SupervisedProcess[]): Promise<Breach[]> {
  const found = await Promise.all(processes.map(explainUnready));
  return found.filter(detail => detail !== undefined).map(detail => ({ kind: 'no-recovery', detail }));
}

async function explainUnready(process: SupervisedProcess): Promise<string | undefined> {
  try {
    await process.waitUntilReady();
    return undefined;
  } catch (error) {
    // The lines below are the end of its log.
    return (error as Error).message.split('\n', 1)[0];
  }
}
