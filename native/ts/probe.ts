import { addon } from './addon.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import type { ProbeInput, ProbeOptions } from './probe-input.ts';
import { toRequest } from './request.ts';
import { runTask } from './run-task.ts';

/** FFmpeg's version as linked, such as `5.1.9-0+deb12u1`. */
export const libavVersion: string = addon.libavVersion;

/**
 * Determines what a video is from the bytes in memory, or says which bytes it needs. No state is kept between calls.
 *
 * @throws ProbeInputError (as a rejection) when an argument has the wrong shape
 * @throws the reason of `signal` (as a rejection) when that aborts
 */
export async function probe(input: ProbeInput, options: ProbeOptions = {}): Promise<ProbeAnswer> {
  const request = toRequest(input, options);
  options.signal?.throwIfAborted();
  return runTask<ProbeAnswer>(complete => addon.startProbe(request, complete), {
    signal: options.signal,
    timeoutMs: request.timeoutMs,
    timeoutMessage: 'the probe took longer than its time limit',
  });
}
