import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '../grpc/rpc-error.ts';

/**
 * What the bytes of one message may decode into. A few kilobytes can stand for millions of objects, so these bounds are
 * checked on the bytes, before anything is decoded.
 */
export interface DecodeLimits {
  /** Fields that are set, items of lists and entries of maps, at all depths together. */
  readonly maxValues: number;
  /** Fields that the schema does not have; they are dropped, but reading over them takes time. */
  readonly maxUnknownFields: number;
  /** How deep messages, or objects and arrays, may be nested. */
  readonly maxDepth: number;
  /** Estimate of the memory that the decoded message takes. */
  readonly maxHeapBytes: number;
}

/** Room for a thousand alerts with all of their fields; far less than what fills a heap. */
export const DEFAULT_DECODE_LIMITS: DecodeLimits = {
  maxValues: 100_000,
  maxUnknownFields: 10_000,
  maxDepth: 32,
  maxHeapBytes: 32 * 1024 * 1024,
};

/** How each bound is named to callers, and what its unit is. */
const DESCRIPTIONS: Readonly<Record<keyof DecodeLimits, (limit: number) => string>> = {
  maxValues: limit => `holds more than ${limit} values`,
  maxUnknownFields: limit => `holds more than ${limit} fields that are unknown here`,
  maxDepth: limit => `is nested more than ${limit} deep`,
  maxHeapBytes: limit => `would take more than ${limit} bytes of memory`,
};

/**
 * RESOURCE_EXHAUSTED: the message is too large once decoded. Sending it again is no use.
 *
 * @param field path of the field where the bound was passed; empty for the message itself
 */
export function beyondDecodeLimit(bound: keyof DecodeLimits, limits: DecodeLimits, field = ''): ConnectError {
  const limit = limits[bound];
  const where = field === '' ? '' : `, at ${field}`;
  return rpcError(
    Code.ResourceExhausted,
    `The message ${DESCRIPTIONS[bound](limit)} (${bound}${where}); split it into smaller ones.`,
    {
      reason: 'MESSAGE_TOO_COMPLEX',
      metadata: { bound, limit: String(limit), ...(field === '' ? {} : { field }) },
    },
  );
}
