import type { DecodeLimits } from './decode-limits.ts';

/** How large a request may be, and how slow. */
export interface RequestLimits {
  /** Of a body, and of a message of an RPC, also once decompressed. */
  readonly maxBodyBytes: number;
  /** How long a body may take to arrive; of a stream of requests, each message. */
  readonly bodyTimeoutMs: number;
  /** What a body or a message may decode into. */
  readonly decode: DecodeLimits;
}
