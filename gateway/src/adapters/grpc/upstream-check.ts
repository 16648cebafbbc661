import { type ConnectError, createClient } from '@connectrpc/connect';
import { HealthCheckResponse_ServingStatus, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import type { ReadinessCheck } from '@vigie/service-kit/telemetry';
import type { Channel } from './channel-upstreams.ts';

/** Below the time that a readiness check has, so that the answer says what is wrong. */
const CHECK_TIMEOUT_MS = 800;

/** Asks an upstream by `grpc.health.v1` whether it is ready. */
export function createUpstreamCheck({ services: [{ typeName }], transport }: Channel): ReadinessCheck {
  const client = createClient(HealthService, transport);
  return async () => {
    try {
      const { status } = await client.check({ service: typeName }, { timeoutMs: CHECK_TIMEOUT_MS });
      return status === HealthCheckResponse_ServingStatus.SERVING ? undefined : 'says that it is not ready';
    } catch (error) {
      return `gives no answer: ${(error as ConnectError).message}`;
    }
  };
}
