import { DevEnvError } from '../dev-env-error.ts';
import type { SupervisedProcess } from './supervised-process.ts';

// A start that takes longer says that it is still at it.
const SIGN_OF_LIFE_MS = 5000;

interface StartOptions {
  signal?: AbortSignal;
  onProgress?: (step: string) => void;
}

/**
 * Starts processes at the same time. If one fails, the others are no longer waited for; none is still starting when
 * this returns or throws.
 * @throws DevEnvError where one takes too long, with what the others say that are not ready either: it may be waiting
 *   for them
 */
export async function startTogether(processes: readonly SupervisedProcess[], options: StartOptions): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])]);
  let failed: SupervisedProcess | undefined;
  const starts = processes.map(async process => {
    try {
      await startTimed(process, signal, options.onProgress);
    } catch (error) {
      failed ??= process;
      failure.abort(error);
    }
  });
  await Promise.all(starts);
  options.signal?.throwIfAborted();
  if (failed === undefined) return;
  const cause = failure.signal.reason as Error;
  // Where one has ended, the others have only begun.
  if (failed.pid === undefined) throw cause;
  const others = await Promise.all(processes.filter(process => process !== failed).map(other => other.whyNotReady()));
  throw new DevEnvError([cause.message, ...others.filter(why => why !== undefined)].join('\n'), { cause });
}

async function startTimed(
  process: SupervisedProcess,
  signal: AbortSignal,
  onProgress: StartOptions['onProgress'],
): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  const waiting = setInterval(() => onProgress?.(`${process.name.padEnd(14)} ${seconds()} s ...`), SIGN_OF_LIFE_MS);
  try {
    await process.start(signal);
  } finally {
    clearInterval(waiting);
  }
  onProgress?.(`${process.name.padEnd(14)} ${seconds()} s`);
}
