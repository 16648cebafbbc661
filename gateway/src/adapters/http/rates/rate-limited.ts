import { Code, type ConnectError } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import type { RateLimiter, RateState } from './rate-limiter.ts';

/** RESOURCE_EXHAUSTED with `google.rpc.RetryInfo`. @param policy the name of the limit */
export function rateLimited(
  policy: string,
  { quota, windowSeconds }: RateLimiter,
  { resetMs }: RateState,
  message: string,
): ConnectError {
  return rpcError(Code.ResourceExhausted, message, {
    reason: 'RATE_LIMITED',
    retryDelayMs: resetMs,
    metadata: { policy, quota: String(quota), windowSeconds: String(windowSeconds) },
  });
}
