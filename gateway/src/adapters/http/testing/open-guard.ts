import { AccessControl } from '@vigie/access';
import { Admissions, DEFAULT_DECODE_LIMITS, type RequestLimits } from '@vigie/service-kit/limits';
import { RequestGuard } from '../request-guard.ts';

/** A guard and limits that let every request of a spec pass. */
export function openGuard(): { guard: RequestGuard; limits: RequestLimits } {
  const bounds = { maxCalls: 100, maxCallsPerCaller: 100, maxBytes: 1e6, maxBytesPerCaller: 1e6, freeBytesPerCall: 0 };
  const access = new AccessControl({
    anonymousScopes: [],
    serviceSecret: undefined,
    identifyApiKey: async () => undefined,
  });
  return {
    guard: new RequestGuard({
      admissions: new Admissions({ callLimits: bounds, streamLimits: bounds }),
      access,
      methods: [],
    }),
    limits: { maxBodyBytes: 1_024, bodyTimeoutMs: 10_000, decode: DEFAULT_DECODE_LIMITS },
  };
}
