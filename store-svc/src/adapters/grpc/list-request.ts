import type { Timestamp } from '@bufbuild/protobuf/wkt';
import { type FieldViolation, findStoreFault } from '@vigie/mesh/alert/alert.ts';
import { ALERT_STATUSES } from '@vigie/mesh/alert/alert-record.ts';
import { invalidArgument } from '@vigie/mesh/grpc/rpc-error.ts';
import { statusFromProto } from '@vigie/mesh/wire/record-wire.ts';
import type { ListAlertsRequest } from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import type { AlertFilter, ListPosition } from '../../domain/alert-filter.ts';
import { decodePageToken } from './page-token.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1_000;
/** `google.protobuf.Timestamp` ends with the year 9999. */
const SECONDS_END = 253_402_300_800n;

export interface ListQuery {
  readonly filter: AlertFilter;
  readonly pageSize: number;
  readonly behind: ListPosition | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong */
export function readListRequest(request: ListAlertsRequest): ListQuery {
  const { store, since, until, pageSize, pageToken } = request;
  const status = statusFromProto(request.status);
  const faults: (readonly [field: string, description: string | undefined])[] = [
    ['store', store === '' ? undefined : findStoreFault(store)],
    ['status', status === undefined || ALERT_STATUSES.includes(status) ? undefined : 'must be a status of AlertRecord'],
    ['since', findTimeFault(since)],
    ['until', findTimeFault(until)],
    ['page_size', pageSize < 0 ? 'must not be negative' : undefined],
  ];
  const violations = faults.flatMap(([field, description]): FieldViolation[] =>
    description === undefined ? [] : [{ field, description }],
  );
  if (violations.length > 0) throw invalidArgument(violations);
  const filter: AlertFilter = {
    store: store === '' ? undefined : store,
    status,
    sinceMicros: toMicros(since),
    untilMicros: toMicros(until),
  };
  return {
    filter,
    pageSize: Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE),
    behind: pageToken === '' ? undefined : decodePageToken(pageToken, filter),
  };
}

function findTimeFault(time: Timestamp | undefined): string | undefined {
  if (time === undefined) return undefined;
  const fits = time.seconds >= 0n && time.seconds < SECONDS_END && time.nanos >= 0 && time.nanos < 1e9;
  return fits ? undefined : 'must be a moment from 1970 to 9999';
}

/** Rounded up: `>=` and `<` on whole microseconds then mean what they mean on nanoseconds. */
function toMicros(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1e6 + Math.ceil(time.nanos / 1e3);
}
