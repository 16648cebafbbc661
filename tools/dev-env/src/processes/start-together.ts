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
 */
export async function startTogether(processes: readonly SupervisedProcess[], options: StartOptions): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([failure.signal, ...(options.signal ? [options.signal] : [])]);
  const starts = processes.map(async process => {
    try {
      await startTimed(process, signal, options.onProgress);
    } catch (error) {
      failure.abort(error);
    }
  });
  await Promise.all(starts);
  signal.throwIfAborted();
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
