import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ofAllowedStores } from '@vigie/access';
import { identityOf } from '@vigie/access/wire';
import { alertToProto, waitMsOf } from '@vigie/alert/wire';
import { encodeResumeToken, readWatchRequest } from '@vigie/outcome-feed/wire';
import { Alert_Status, AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type AlertService,
  WatchAlertsResponse_Event as Event,
  type SummarizeAlertsResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { DeleteAlert, PurgeAlerts } from '../../application/delete-alerts.ts';
import type { GetAlert } from '../../application/get-alert.ts';
import type { ListAlerts } from '../../application/list-alerts.ts';
import type { ReplayAlerts } from '../../application/replay-alerts.ts';
import type { AlertSummary } from '../../domain/alert-summary.ts';
import type { AlertCounts } from '../../ports/alert-counts.ts';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import { readCountFilter, readListRequest, readReplayRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { readMaskOf } from './read-mask.ts';

const DEFAULT_PAGE_SIZE = 50;
/** Those with the most alerts; more would not fit on any screen. */
const MAX_STORES = 1_000;

export interface AlertServiceParts {
  readonly getAlert: GetAlert;
  readonly listAlerts: ListAlerts;
  readonly alertCounts: Pick<AlertCounts, 'summarize'>;
  readonly replayAlerts: ReplayAlerts;
  readonly deleteAlert: DeleteAlert;
  readonly purgeAlerts: PurgeAlerts;
  readonly outcomeFeed: OutcomeFeed;
}

/** The methods of `AlertService` that read alerts; ingest-svc implements those that create them. */
export type ReadAlertService = Pick<
  ServiceImplementation<typeof AlertService>,
  'getAlert' | 'listAlerts' | 'summarizeAlerts' | 'replayAlerts' | 'deleteAlert' | 'purgeAlerts' | 'watchAlerts'
>;

export function createAlertService(parts: AlertServiceParts): ReadAlertService {
  const { getAlert, listAlerts, alertCounts, replayAlerts, deleteAlert, purgeAlerts, outcomeFeed } = parts;

  return {
    async getAlert(request, context) {
      const mask = readMaskOf(AlertSchema, request.readMask);
      const options = { waitMs: waitMsOf(request), signal: context.signal };
      const alert = await getAlert(request.uid, identityOf(context), options);
      return mask(create(AlertSchema, alertToProto(alert)));
    },

    async listAlerts(request, context) {
      const mask = readMaskOf(AlertSchema, request.readMask);
      const identity = identityOf(context);
      const { filter, order, pageSize, after } = readListRequest(ofAllowedStores(identity, request), DEFAULT_PAGE_SIZE);
      const { alerts, next } = await listAlerts(identity.tenant, filter, pageSize, after, order);
      return {
        alerts: alerts.map(alert => mask(create(AlertSchema, alertToProto(alert)))),
        nextPageToken: encodePageToken(next, { ...filter, order }),
      };
    },

    async summarizeAlerts(request, context) {
      const identity = identityOf(context);
      const filter = readCountFilter(ofAllowedStores(identity, request));
      return summaryToProto(await alertCounts.summarize(identity.tenant, filter));
    },

    async replayAlerts(request, context) {
      const identity = identityOf(context);
      const { filter, order, pageSize, after } = readReplayRequest(ofAllowedStores(identity, request));
      const { alerts, next } = await replayAlerts(identity.tenant, filter, pageSize, after);
      return { replayed: alerts.length, nextPageToken: encodePageToken(next, { ...filter, order }) };
    },

    async deleteAlert({ uid }, context) {
      await deleteAlert(uid, identityOf(context));
      return {};
    },

    async purgeAlerts(request, context) {
      const identity = identityOf(context);
      const { filter, order, pageSize, after } = readReplayRequest(ofAllowedStores(identity, request));
      const { deleted, kept, next } = await purgeAlerts(identity.tenant, filter, pageSize, after);
      return { deleted, kept, nextPageToken: encodePageToken(next, { ...filter, order }) };
    },

    async *watchAlerts(request, context) {
      const identity = identityOf(context);
      const { filter, after } = readWatchRequest(ofAllowedStores(identity, request), identity.tenant);
      let isFirst = true;
      for await (const { outcome, position } of outcomeFeed.watch(filter, after, context.signal)) {
        const resumeToken = encodeResumeToken(position);
        yield outcome === undefined
          ? { resumeToken, event: isFirst ? Event.READY : Event.PROGRESS }
          : { alert: alertToProto(outcome.value), resumeToken, event: Event.OUTCOME };
        isFirst = false;
      }
    },
  };
}

function summaryToProto(summary: AlertSummary): MessageInitShape<typeof SummarizeAlertsResponseSchema> {
  const { alerts, byStatus, byStore, byFailureCode } = summary;
  return {
    alerts: BigInt(alerts),
    byStatus: byStatus.map(({ value, alerts }) => ({ status: Alert_Status[value], alerts: BigInt(alerts) })),
    byStore: byStore.slice(0, MAX_STORES).map(({ value, alerts }) => ({ store: value, alerts: BigInt(alerts) })),
    byFailureCode: byFailureCode.map(({ value, alerts }) => ({
      failureCode: Failure_Code[value],
      alerts: BigInt(alerts),
    })),
    stores: byStore.length,
  };
}
