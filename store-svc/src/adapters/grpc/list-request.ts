import { failureCodeFromProto, statusFromProto } from '@vigie/alert/wire';
import type { ListAlertsRequest, ReplayAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { type AlertFilter, LATEST_FIRST, type ListOrder, type ListPosition } from '../../domain/alert-filter.ts';
import { decodePageToken } from './page-token.ts';
import { readReceivedFilter, readTimeFilter } from './time-filter.ts';

const MAX_PAGE_SIZE = 1_000;

export interface ListQuery {
  readonly filter: AlertFilter;
  readonly order: ListOrder;
  readonly pageSize: number;
  readonly after: ListPosition | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT for a `page_token` of another list, or nanos out of bounds */
export function readListRequest(request: ListAlertsRequest, defaultPageSize: number): ListQuery {
  return readQuery(request, readFilter(request), readOrder(request.orderBy), defaultPageSize);
}

/**
 * A whole page at once.
 *
 * @throws ConnectError INVALID_ARGUMENT as above
 */
export function readReplayRequest(request: ReplayAlertsRequest): ListQuery {
  const { uids } = request;
  const filter = { ...readFilter(request), uids: uids.length === 0 ? undefined : uids };
  return readQuery(request, filter, LATEST_FIRST, MAX_PAGE_SIZE);
}

function readQuery(
  { pageSize, pageToken }: Pick<ListAlertsRequest, 'pageSize' | 'pageToken'>,
  filter: AlertFilter,
  order: ListOrder,
  defaultPageSize: number,
): ListQuery {
  return {
    filter,
    order,
    pageSize: Math.min(pageSize === 0 ? defaultPageSize : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodePageToken(pageToken, { ...filter, order }),
  };
}

function readFilter(request: ListAlertsRequest | ReplayAlertsRequest): AlertFilter {
  const { store, video, failureCode } = request;
  return {
    store: store === '' ? undefined : store,
    status: statusFromProto(request.status),
    failureCode: failureCodeFromProto(failureCode),
    video: video === '' ? undefined : video,
    ...readTimeFilter(request),
    ...readReceivedFilter(request),
  };
}

/** @param orderBy one of those that the rules in the proto allow */
function readOrder(orderBy: string): ListOrder {
  if (orderBy === '') return LATEST_FIRST;
  const [by, direction] = orderBy.split(' ');
  return { by: by as ListOrder['by'], isDescending: direction === 'desc' };
}
