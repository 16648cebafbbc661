import { failureCodeFromProto, statusFromProto } from '@vigie/alert/wire';
import type {
  ListAlertsRequest,
  PurgeAlertsRequest,
  ReplayAlertsRequest,
  SummarizeAlertsRequest,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import {
  type AlertFilter,
  type CountFilter,
  LATEST_FIRST,
  type ListOrder,
  type ListPosition,
} from '../../domain/alert-filter.ts';
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
export function readReplayRequest(request: ReplayAlertsRequest | PurgeAlertsRequest): ListQuery {
  return readQuery(request, { ...readFilter(request), uids: unlessEmpty(request.uids) }, LATEST_FIRST, MAX_PAGE_SIZE);
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

type FilterRequest = ListAlertsRequest | ReplayAlertsRequest | PurgeAlertsRequest;

function readFilter(request: FilterRequest): AlertFilter {
  const { codecs, minSizeBytes, maxSizeBytes, labels, video } = request;
  return {
    ...readCountFilter(request),
    codecs: unlessEmpty(codecs),
    minSizeBytes: unlessZero(minSizeBytes),
    maxSizeBytes: unlessZero(maxSizeBytes),
    labels: unlessEmpty(labels),
    video: video === '' ? undefined : video,
    ...readReceivedFilter(request),
  };
}

/** @throws ConnectError INVALID_ARGUMENT for nanos out of bounds */
export function readCountFilter(request: FilterRequest | SummarizeAlertsRequest): CountFilter {
  return {
    stores: unlessEmpty(request.stores),
    statuses: unlessEmpty(request.statuses.map(statusFromProto).filter(status => status !== undefined)),
    failureCodes: unlessEmpty(request.failureCodes.map(failureCodeFromProto).filter(code => code !== undefined)),
    ...readTimeFilter(request),
  };
}

/** An empty list filters by nothing. One value twice says no more than once, in whichever order they are. */
function unlessEmpty<T extends string>(values: readonly T[]): readonly T[] | undefined {
  return values.length === 0 ? undefined : [...new Set(values)].sort();
}

/** No file is so large that its size isn't exact as a number; a bound beyond is as good as 2^53. */
function unlessZero(bytes: bigint): number | undefined {
  return bytes === 0n ? undefined : Math.min(Number(bytes), Number.MAX_SAFE_INTEGER);
}

/** @param orderBy one of those that the rules in the proto allow */
function readOrder(orderBy: string): ListOrder {
  if (orderBy === '') return LATEST_FIRST;
  const [by, direction] = orderBy.split(' ');
  return { by: by as ListOrder['by'], isDescending: direction === 'desc' };
}
