import type { DescMethod, DescService } from '@bufbuild/protobuf';
import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { HEALTH_CHECKED_ROUND_ROBIN } from './health-checked-round-robin.ts';

const RETRY_POLICY = {
  maxAttempts: 4,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

/**
 * gRPC's service config of a channel that leads to `services`: calls are spread over the addresses whose servers say
 * SERVING, and what a `.proto` calls idempotent is tried again on UNAVAILABLE. Alerts and outcomes are written once by
 * their uid, so that every unary method may say it; a stream has no level and is its caller's to open again.
 *
 * https://github.com/grpc/grpc/blob/master/doc/service_config.md
 */
export function serviceConfig(services: readonly DescService[]): string {
  const retried = services.flatMap(service => service.methods.filter(isIdempotent));
  return JSON.stringify({
    loadBalancingConfig: [{ [HEALTH_CHECKED_ROUND_ROBIN]: {} }],
    // An empty list of names would be no list of no methods, but an error.
    methodConfig: retried.length === 0 ? [] : [{ name: retried.map(nameOf), retryPolicy: RETRY_POLICY }],
  });
}

function isIdempotent({ idempotency }: DescMethod): boolean {
  return idempotency !== IdempotencyLevel.IDEMPOTENCY_UNKNOWN;
}

function nameOf({ parent, name }: DescMethod) {
  return { service: parent.typeName, method: name };
}
