import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { identityOf } from '@vigie/access/wire';
import { alertToProto, failureToProto } from '@vigie/alert/wire';
import {
  QuarantinedAlert_State,
  type QuarantinedAlertSchema,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import type { QuarantinedAlertService } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { ListQuarantined } from '../../application/list-quarantined.ts';
import type { ResolveQuarantined } from '../../application/resolve-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { encodeQuarantineToken } from './page-token.ts';
import { readQuarantineRequest, readResolutionRequest } from './quarantine-request.ts';

export interface QuarantinedAlertServiceParts {
  readonly listQuarantined: ListQuarantined;
  readonly redriveAlerts: ResolveQuarantined;
  readonly discardQuarantined: ResolveQuarantined;
}

export function createQuarantinedAlertService(
  parts: QuarantinedAlertServiceParts,
): ServiceImplementation<typeof QuarantinedAlertService> {
  const { listQuarantined, redriveAlerts, discardQuarantined } = parts;

  return {
    async listQuarantinedAlerts(request, context) {
      const identity = identityOf(context);
      const { state, filter, pageSize, after } = readQuarantineRequest(request, identity);
      const { alerts, next } = await listQuarantined(identity.tenant, state, filter, pageSize, after);
      return {
        quarantinedAlerts: alerts.map(toProto),
        nextPageToken: encodeQuarantineToken(next, { ...filter, state }),
      };
    },

    async redriveQuarantinedAlerts(request, context) {
      const identity = identityOf(context);
      const { filter, limit } = readResolutionRequest(request, identity);
      const { resolved, remaining } = await redriveAlerts(identity.tenant, filter, limit);
      return { redriven: resolved, remaining };
    },

    async discardQuarantinedAlerts(request, context) {
      const identity = identityOf(context);
      const { filter, limit } = readResolutionRequest(request, identity);
      const { resolved, remaining } = await discardQuarantined(identity.tenant, filter, limit);
      return { discarded: resolved, remaining };
    },
  };
}

function toProto(quarantined: QuarantinedAlert): MessageInitShape<typeof QuarantinedAlertSchema> {
  const { id, state, alert, failure, attempts, redrives, resolvedAt, traceId, subject, sequence, payload } =
    quarantined;
  return {
    ...{ id, attempts, redrives, traceId, subject, payload },
    state: QuarantinedAlert_State[state],
    ...(alert !== undefined && { alert: alertToProto(alert) }),
    failure: failureToProto(failure),
    receivedAt: timestampFromDate(quarantined.receivedAt),
    quarantinedAt: timestampFromDate(quarantined.quarantinedAt),
    ...(resolvedAt !== null && { resolvedAt: timestampFromDate(resolvedAt) }),
    sequence: BigInt(sequence),
  };
}
