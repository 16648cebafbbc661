import type { NativeRequest } from './addon.ts';
import type { ByteRange, ProbeInput, ProbeOptions } from './probe-input.ts';
import { ProbeInputError } from './probe-input-error.ts';

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_PROBE_SIZE_BYTES = 1024 * 1024;
const DEFAULT_MAX_STREAMS = 100;
const DEFAULT_MAX_PACKETS = 2_000;

const MAX_INT32 = 2 ** 31 - 1;
const MAX_TIMEOUT_MS = 24 * 60 * 60 * 1000;
/** libav refuses less. */
const MIN_PROBE_SIZE_BYTES = 32;

/**
 * What the C++ side trusts.
 *
 * @throws ProbeInputError when an argument has the wrong shape
 */
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
