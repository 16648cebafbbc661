import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { AuditTrailService } from '@vigie/proto/vigie/internal/access/v1/audit_trail_service_pb.ts';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { AuditQueue } from '../audit-queue.ts';
import { type AccessChannelConfig, openAccessChannel } from './access-channel.ts';
import { auditEventToProto } from './audit-event-message.ts';

/** Sends events to access-svc. To be opened before the server whose calls it records, and so closed after it. */
export function openAuditQueue(config: AccessChannelConfig, context: ServiceContext): AuditQueue {
  const client = createClient(AuditTrailService, openAccessChannel(config, context));
  return context.teardown.use(
    new AuditQueue({
      logger: context.logger,
      isRetryable: error => ConnectError.from(error).code !== Code.InvalidArgument,
      async send(events) {
        await client.recordAuditEvents({ events: events.map(auditEventToProto) });
      },
    }),
  );
}
