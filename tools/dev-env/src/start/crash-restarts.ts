import { DevEnvError } from '../dev-env-error.ts';
import type { Mesh } from '../mesh.ts';
import type { SupervisedProcess } from '../processes/supervised-process.ts';

const MOST_CRASHES = 3;
const CRASH_WINDOW_MS = 60_000;

/**
 * Starts again what ends by itself or is killed by someone, as a cluster would. Rejects once a process cannot be
 * started or crashes over and over. Aborting `signal` ends the watch.
 */
export function restartCrashed(mesh: Mesh, signal: AbortSignal, say: (line: string) => void): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const crashes = new Map<SupervisedProcess, number[]>();
  mesh.onUnexpectedExit((process, exit) => {
    if (signal.aborted) return;
    const recent = (crashes.get(process) ?? []).filter(at => performance.now() - at < CRASH_WINDOW_MS);
    crashes.set(process, [...recent, performance.now()]);
    const how = exit.signal === null ? `ended with exit code ${exit.code}` : `was killed by ${exit.signal}`;
    if (recent.length >= MOST_CRASHES) {
      const lines = process.log.lastLines(20).map(line => `  ${line}`);
      reject(new DevEnvError([`${process.name} ${how}, again. The end of ${process.log.file}:`, ...lines].join('\n')));
      return;
    }
    say(`${process.name} ${how}: starting it again.`);
    process.start(signal).catch(reject);
  });
  return promise;
}
