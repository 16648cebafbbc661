import { auditEventFromProto } from '@vigie/access/wire';
import type { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { AuditTrail } from '../../ports/audit-trail.ts';

/** Internal: services tell what they have seen done. */
export function createAuditTrailService(
  trail: Pick<AuditTrail, 'record'>,
): ServiceImplementation<typeof AuditTrailService> {
  return {
    async recordAuditEvents({ events }) {
      await trail.record(events.map(auditEventFromProto));
      return {};
    },
  };
}
