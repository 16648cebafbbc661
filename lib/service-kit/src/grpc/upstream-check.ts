import { ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { HealthCheckResponse_ServingStatus, Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import type { ReadinessCheck } from '../telemetry/health.ts';

/** Shorter than a readiness check may take, so that the answer says what is wrong. */
const TIMEOUT_MS = 800;

/**
 * Asks the process that a transport leads to, by `grpc.health.v1`, whether it is ready.
 *
 * @param service the name to ask for; the whole process by default
 */
export function createUpstreamCheck(transport: Transport, service = ''): ReadinessCheck {
  const client = createClient(HealthService, transport);
  return async () => {
    try {
      const { status } = await client.check({ service }, { timeoutMs: TIMEOUT_MS });
      return status === HealthCheckResponse_ServingStatus.SERVING ? undefined : 'says that it is not ready';
    } catch (error) {
      return `gives no answer: ${ConnectError.from(error).message}`;
    }
  };
}
