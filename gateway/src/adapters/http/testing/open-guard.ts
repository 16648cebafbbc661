import { Admission, DEFAULT_DECODE_LIMITS } from '@vigie/service-kit/limits';
import { RequestGuard } from '../request-guard.ts';
import type { RequestLimits } from '../request-limits.ts';

/** A guard and limits that let every request of a spec pass. */
export function openGuard(): { guard: RequestGuard; limits: RequestLimits } {
  const bounds = { maxCalls: 100, maxCallsPerCaller: 100, maxBytes: 1e6, maxBytesPerCaller: 1e6, freeBytesPerCall: 0 };
  return {
    guard: new RequestGuard({ calls: new Admission(bounds), streams: new Admission(bounds) }),
    limits: { maxBodyBytes: 1_024, bodyTimeoutMs: 10_000, decode: DEFAULT_DECODE_LIMITS },
  };
}
