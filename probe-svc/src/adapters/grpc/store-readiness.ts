import { ConnectError, createClient, type Transport } from '@connectrpc/connect';
import { Health, HealthCheckResponse_ServingStatus as ServingStatus } from '@vigie/proto/health/v1/health_pb.ts';
import type { ReadinessCheck } from '@vigie/service-kit/telemetry';

/** Shorter than a readiness check may take, so that the store's own reason is told. */
const TIMEOUT_MS = 800;

/** Asks the store by grpc.health.v1 whether it is ready. */
export function createStoreReadiness(transport: Transport): ReadinessCheck {
  const client = createClient(Health, transport);
  return async () => {
    try {
      const { status } = await client.check({}, { timeoutMs: TIMEOUT_MS });
      return status === ServingStatus.SERVING ? undefined : 'the store is not ready';
    } catch (error) {
      return `the store gives no answer: ${ConnectError.from(error).rawMessage}`;
    }
  };
}
