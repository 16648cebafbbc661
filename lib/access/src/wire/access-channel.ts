import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import { CredentialService } from '@vigie/proto/vigie/internal/access/v1/credential_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { asService } from './as-service.ts';

export interface AccessChannelConfig {
  /** Of access-svc. */
  readonly accessAddress: string;
  readonly serviceSecret: string;
}

/** A caller waits meanwhile. */
const ACCESS_TIMEOUT_MS = 2_000;

/** To access-svc, as one of Vigie's own services. */
export function openAccessChannel(config: AccessChannelConfig, { teardown, tls }: ServiceContext): ChannelTransport {
  return teardown.use(
    new ChannelTransport({
      address: config.accessAddress,
      services: [CredentialService, AuditTrailService],
      defaultTimeoutMs: ACCESS_TIMEOUT_MS,
      interceptors: [asService(config.serviceSecret)],
      tls,
    }),
  );
}
