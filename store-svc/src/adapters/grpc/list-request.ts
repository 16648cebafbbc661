import { ALERT_STATUSES, findStoreViolation } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import type { ListAlertsRequest, ReplayAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import { decodePageToken } from './page-token.ts';
import { findTimeFault, requireFilter, requireSound, toMicros } from './request-fields.ts';

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

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong */
export function readListRequest(request: ListRequest, defaultPageSize: number): ListQuery {
  const { store, since, until, pageSize, pageToken } = request;
  const status = statusFromProto(request.status);
  requireSound([
    ['store', store === '' ? undefined : findStoreViolation(store)],
    ['status', status === undefined || ALERT_STATUSES.includes(status) ? undefined : 'must be a status of Alert'],
    ['since', findTimeFault(since)],
    ['until', findTimeFault(until)],
    ['page_size', pageSize < 0 ? 'must not be negative' : undefined],
  ]);
  const filter: AlertFilter = {
    store: store === '' ? undefined : store,
    status,
    sinceMicros: toMicros(since),
    untilMicros: toMicros(until),
  };
  return {
    filter,
    pageSize: Math.min(pageSize === 0 ? defaultPageSize : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodePageToken(pageToken, filter),
  };
}

/**
 * A whole page at once, and only with a filter: an empty request is more likely a slip than the wish to probe
 * everything.
 *
 * @throws ConnectError INVALID_ARGUMENT naming every field that is wrong
 */
export function readReplayRequest(request: ReplayAlertsRequest): ListQuery {
  const query = readListRequest(request, MAX_PAGE_SIZE);
  requireFilter(query.filter, ['store', 'status', 'since', 'until']);
  return query;
}
