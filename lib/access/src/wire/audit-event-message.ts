import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { AuditEventSchema, AuditEvent as Message } from '@vigie/proto/vigie/access/v1/audit_event_pb.ts';
import type { AuditEvent } from '../audit-queue.ts';
import { DEFAULT_TENANT } from '../tenants.ts';

export function auditEventToProto({ at, ...event }: AuditEvent): MessageInitShape<typeof AuditEventSchema> {
  return { ...event, at: timestampFromDate(at) };
}

/** @param message as its proto wants it */
export function auditEventFromProto(message: Message): AuditEvent {
  const { id, at, subject, tenant, method, request, code, traceId } = message;
  return {
    ...{ id, subject, tenant: tenant || DEFAULT_TENANT, method, request, code, traceId },
    at: at === undefined ? new Date(0) : timestampDate(at),
  };
}
