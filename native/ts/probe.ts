import { addon, type NativeRequest, type ProbeHandle } from './addon.ts';
import type { ProbeAnswer } from './probe-answer.ts';
import { ProbeInputError } from './probe-input-error.ts';
import { runningTasks } from './running-tasks.ts';

/** Bytes of the remote file that are in memory. */
export interface ByteRange {
  /** Bytes from the file's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface ProbeInput {
  /** In any order; they may touch and overlap. Copied before `probe` returns, so the caller may reuse the memory. */
  readonly ranges: readonly ByteRange[];
  /**
   * The file's true size, never the length of what was read; null when the server doesn't say. A range that came back
   * shorter than asked for tells it: the file ends there.
   */
  readonly sizeBytes: number | null;
}

export interface ProbeOptions {
  /** Counted from the call, waiting for a free thread included. */
  readonly timeoutMs?: number;
  /** Aborting rejects the promise at once with the signal's reason and ends the work in the background. */
  readonly signal?: AbortSignal;
  /** Bytes to read through for parameters that no header states. */
  readonly probeSizeBytes?: number;
  readonly maxStreams?: number;
  readonly maxPackets?: number;
}

/** FFmpeg's version as linked, such as `5.1.9-0+deb12u1`. */
export const libavVersion: string = addon.libavVersion;

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_PROBE_SIZE_BYTES = 1024 * 1024;
const DEFAULT_MAX_STREAMS = 100;
const DEFAULT_MAX_PACKETS = 2_000;

/**
 * Tells what a video is from the bytes at hand, or which bytes would tell it. No state is kept between calls.
 *
 * @throws ProbeInputError (as a rejection) when an argument has the wrong shape
 * @throws the reason of `signal` (as a rejection) when that aborts
 */
export async function probe(input: ProbeInput, options: ProbeOptions = {}): Promise<ProbeAnswer> {
  const request = toRequest(input, options);
  options.signal?.throwIfAborted();
  return run<ProbeAnswer>(settle => addon.startProbe(request, settle), {
    signal: options.signal,
    timeoutMs: request.timeoutMs,
    timeoutMessage: 'the probe took longer than its time limit',
  });
}

type Settle<Answer> = (error: Error | null, answer: Answer | { readonly kind: 'cancelled' }) => void;

interface Ending {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  /** As the C++ side words it. */
  readonly timeoutMessage: string;
}

type TimeoutAnswer = Extract<ProbeAnswer, { readonly kind: 'failure' }>;

/**
 * One task of the addon as a promise. It ends at the deadline and when the signal aborts, whatever the task does.
 *
 * @param start returns null when it has called `settle` already
 */
export function run<Answer extends { readonly kind: string }>(
  start: (settle: Settle<Answer>) => ProbeHandle | null,
  { signal, timeoutMs, timeoutMessage }: Ending,
): Promise<Answer | TimeoutAnswer> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let handle: ProbeHandle | null = null;
    let slot: number | undefined;
    const stopWaiting = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const settle: Settle<Answer> = (error, answer) => {
      stopWaiting();
      if (slot !== undefined) runningTasks.remove(slot);
      if (error) reject(error);
      // What cancels has settled the promise already.
      else if (answer.kind !== 'cancelled') resolve(answer as Answer);
    };
    const cancel = () => {
      stopWaiting();
      if (handle !== null) addon.cancelProbe(handle);
    };
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    // The task looks at the clock too, but not while it waits for a thread or is deep inside libav.
    const expire = () => {
      cancel();
      resolve({ kind: 'failure', code: 'PROBE_TIMEOUT', message: timeoutMessage, diagnostics: [] });
    };
    handle = start(settle);
    if (handle === null) return;
    slot = runningTasks.add(handle);
    timer = setTimeout(expire, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export function toRequest(input: ProbeInput, options: ProbeOptions): NativeRequest {
  if (!Array.isArray(input?.ranges)) throw new ProbeInputError('ranges', 'must be an array');
  input.ranges.forEach(checkRange);
  if (input.sizeBytes !== null) checkCount('sizeBytes', input.sizeBytes, 0);
  const request = {
    ranges: input.ranges,
    sizeBytes: input.sizeBytes ?? (isKnownEmpty(input.ranges) ? 0 : null),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    probeSizeBytes: options.probeSizeBytes ?? DEFAULT_PROBE_SIZE_BYTES,
    maxStreams: options.maxStreams ?? DEFAULT_MAX_STREAMS,
    maxPackets: options.maxPackets ?? DEFAULT_MAX_PACKETS,
  };
  checkCount('timeoutMs', request.timeoutMs, 1, MAX_TIMEOUT_MS);
  checkCount('probeSizeBytes', request.probeSizeBytes, MIN_PROBE_SIZE_BYTES);
  checkCount('maxStreams', request.maxStreams, 1, MAX_INT32);
  checkCount('maxPackets', request.maxPackets, 1, MAX_INT32);
  return request;
}

const MAX_INT32 = 2 ** 31 - 1;
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** libav refuses less. */
const MIN_PROBE_SIZE_BYTES = 32;

function checkRange(range: ByteRange, index: number): void {
  checkCount(`ranges[${index}].offset`, range?.offset, 0);
  if (!(range.bytes instanceof Uint8Array)) {
    throw new ProbeInputError(`ranges[${index}].bytes`, 'must be a Uint8Array');
  }
}

export function checkCount(field: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new ProbeInputError(field, `must be an integer from ${min} to ${max}, not ${value}`);
}

/** Byte 0 was asked for and nothing came. */
function isKnownEmpty(ranges: readonly ByteRange[]): boolean {
  return ranges.some(range => range.offset === 0 && range.bytes.length === 0);
}
