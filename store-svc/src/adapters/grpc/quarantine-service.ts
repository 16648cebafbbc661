import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { alertToProto, failureToProto } from '@vigie/alert/wire';
import {
  QuarantinedAlert_State,
  type QuarantinedAlertSchema,
  type QuarantineService,
} from '@vigie/proto/vigie/store/v1/quarantine_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { ListQuarantined } from '../../application/list-quarantined.ts';
import type { SettleQuarantined } from '../../application/settle-quarantined.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { encodeQuarantineToken } from './page-token.ts';
import { readQuarantineRequest, readSettlementRequest } from './quarantine-request.ts';

export interface QuarantineServiceParts {
  readonly listQuarantined: ListQuarantined;
  readonly redriveAlerts: SettleQuarantined;
  readonly discardQuarantined: SettleQuarantined;
}

export function createQuarantineService(
  parts: QuarantineServiceParts,
): ServiceImplementation<typeof QuarantineService> {
  const { listQuarantined, redriveAlerts, discardQuarantined } = parts;

  return {
    async listQuarantined(request) {
      const { state, filter, pageSize, behind } = readQuarantineRequest(request);
      const { alerts, next } = await listQuarantined(state, filter, pageSize, behind);
      return {
        alerts: alerts.map(toProto),
        nextPageToken: next === undefined ? '' : encodeQuarantineToken(next, { ...filter, state }),
      };
    },

    async redriveAlerts(request) {
      const { filter, limit } = readSettlementRequest(request);
      const { settled, remaining } = await redriveAlerts(filter, limit);
      return { redriven: settled, remaining };
    },

    async discardQuarantined(request) {
      const { filter, limit } = readSettlementRequest(request);
      const { settled, remaining } = await discardQuarantined(filter, limit);
      return { discarded: settled, remaining };
    },
  };
}

function toProto(quarantined: QuarantinedAlert): MessageInitShape<typeof QuarantinedAlertSchema> {
  const { id, state, alert, failure, attempts, redrives, settledAt, traceId, subject, sequence, payload } = quarantined;
  return {
    ...{ id, attempts, redrives, traceId, subject, payload },
    state: QuarantinedAlert_State[state],
    ...(alert !== undefined && { alert: alertToProto(alert) }),
    failure: failureToProto(failure),
    receivedAt: timestampFromDate(quarantined.receivedAt),
    quarantinedAt: timestampFromDate(quarantined.quarantinedAt),
    ...(settledAt !== null && { settledAt: timestampFromDate(settledAt) }),
    sequence: BigInt(sequence),
  };
}
