import { auditEventToProto, identityOf } from '@vigie/access/wire';
import type { AuditService } from '@vigie/proto/vigie/access/v1/audit_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { ListAuditEvents } from '../../application/list-audit-events.ts';
import { readAuditFilter, readListRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { UUID } from './uuid.ts';

export function createAuditService(listAuditEvents: ListAuditEvents): ServiceImplementation<typeof AuditService> {
  return {
    async listAuditEvents(request, context) {
      const { pageSize, after } = readListRequest(request, UUID);
      const { items, next } = await listAuditEvents(readAuditFilter(request, identityOf(context)), pageSize, after);
      return { auditEvents: items.map(auditEventToProto), nextPageToken: encodePageToken(next) };
    },
  };
}
