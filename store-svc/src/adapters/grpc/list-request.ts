import { statusFromProto } from '@vigie/alert/wire';
import type { ListAlertsRequest, ReplayAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import { decodePageToken } from './page-token.ts';
import { readTimeFilter } from './time-filter.ts';

const MAX_PAGE_SIZE = 1_000;

export interface ListQuery {
  readonly filter: AlertFilter;
  readonly pageSize: number;
  readonly after: ListPosition | undefined;
}

type ListRequest = Pick<
  ListAlertsRequest | ReplayAlertsRequest,
  'store' | 'status' | 'since' | 'until' | 'pageSize' | 'pageToken'
>;

/** @throws ConnectError INVALID_ARGUMENT for a `page_token` of another list, or nanos out of bounds */
export function readListRequest(request: ListRequest, defaultPageSize: number): ListQuery {
  const { store, pageSize, pageToken } = request;
  const status = statusFromProto(request.status);
  const filter: AlertFilter = {
    store: store === '' ? undefined : store,
    status,
    ...readTimeFilter(request),
  };
  return {
    filter,
    pageSize: Math.min(pageSize === 0 ? defaultPageSize : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodePageToken(pageToken, filter),
  };
}

/**
 * A whole page at once.
 *
 * @throws ConnectError INVALID_ARGUMENT as above
 */
export function readReplayRequest(request: ReplayAlertsRequest): ListQuery {
  return readListRequest(request, MAX_PAGE_SIZE);
}
