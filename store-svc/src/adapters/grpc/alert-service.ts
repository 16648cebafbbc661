import { alertToProto, waitMsOf } from '@vigie/alert/wire';
import { encodeResumeToken, readWatchRequest } from '@vigie/outcome-feed/wire';
import { type AlertService, WatchAlertsResponse_Event as Event } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import type { GetAlert } from '../../application/get-alert.ts';
import type { ListAlerts } from '../../application/list-alerts.ts';
import type { ReplayAlerts } from '../../application/replay-alerts.ts';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import { readListRequest, readReplayRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';

const DEFAULT_PAGE_SIZE = 50;

export interface AlertServiceParts {
  readonly getAlert: GetAlert;
  readonly listAlerts: ListAlerts;
  readonly replayAlerts: ReplayAlerts;
  readonly outcomeFeed: OutcomeFeed;
}

/** The methods of `AlertService` that read alerts; ingest-svc implements those that create them. */
export type ReadAlertService = Pick<
  ServiceImplementation<typeof AlertService>,
  'getAlert' | 'listAlerts' | 'replayAlerts' | 'watchAlerts'
>;

export function createAlertService(parts: AlertServiceParts): ReadAlertService {
  const { getAlert, listAlerts, replayAlerts, outcomeFeed } = parts;

  return {
    async getAlert(request, { signal }) {
      return alertToProto(await getAlert(request.uid, { waitMs: waitMsOf(request), signal }));
    },

    async listAlerts(request) {
      const { filter, order, pageSize, after } = readListRequest(request, DEFAULT_PAGE_SIZE);
      const { alerts, next } = await listAlerts(filter, pageSize, after, order);
      return {
        alerts: alerts.map(alertToProto),
        nextPageToken: encodePageToken(next, { ...filter, order }),
      };
    },

    async replayAlerts(request) {
      const { filter, order, pageSize, after } = readReplayRequest(request);
      const { alerts, next } = await replayAlerts(filter, pageSize, after);
      return { replayed: alerts.length, nextPageToken: encodePageToken(next, { ...filter, order }) };
    },

    async *watchAlerts(request, { signal }) {
      const { filter, after } = readWatchRequest(request);
      let isFirst = true;
      for await (const { outcome, position } of outcomeFeed.watch(filter, after, signal)) {
        const resumeToken = encodeResumeToken(position);
        yield outcome === undefined
          ? { resumeToken, event: isFirst ? Event.READY : Event.PROGRESS }
          : { alert: alertToProto(outcome.value), resumeToken, event: Event.OUTCOME };
        isFirst = false;
      }
    },
  };
}
