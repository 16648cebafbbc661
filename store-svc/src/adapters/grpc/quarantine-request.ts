import { FAILURE_CODES, findStoreViolation, findUidViolation } from '@vigie/alert';
import { failureCodeFromProto } from '@vigie/alert/wire';
import { QuarantinedAlert_State as State } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import type {
  DiscardQuarantinedAlertsRequest,
  ListQuarantinedAlertsRequest,
  RedriveQuarantinedAlertsRequest,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import type { QuarantineFilter, QuarantinePosition, QuarantineState } from '../../domain/quarantined-alert.ts';
import { decodeQuarantineToken } from './page-token.ts';
import { findTimeFault, requireFilter, requireSound, toMicros } from './request-fields.ts';

const DEFAULT_PAGE_SIZE = 50;
/** Each with its payload, they fit into one gRPC message. */
const MAX_PAGE_SIZE = 100;
const MAX_RESOLVED = 1_000;
const MAX_IDS = 1_000;

const STATES: ReadonlyMap<State, QuarantineState> = new Map([
  [State.STATE_UNSPECIFIED, 'HELD'],
  [State.HELD, 'HELD'],
  [State.REDRIVEN, 'REDRIVEN'],
  [State.DISCARDED, 'DISCARDED'],
]);

export interface QuarantineQuery {
  readonly state: QuarantineState;
  readonly filter: QuarantineFilter;
  readonly pageSize: number;
  readonly after: QuarantinePosition | undefined;
}

export interface ResolutionQuery {
  readonly filter: QuarantineFilter;
  readonly limit: number;
}

type ResolutionRequest = Pick<
  RedriveQuarantinedAlertsRequest | DiscardQuarantinedAlertsRequest,
  'ids' | 'uid' | 'store' | 'code' | 'since' | 'until' | 'limit'
>;
type FilterRequest = Omit<ResolutionRequest, 'ids' | 'limit'>;
type Fault = readonly [field: string, description: string | undefined];

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong */
export function readQuarantineRequest(request: ListQuarantinedAlertsRequest): QuarantineQuery {
  const { pageSize, pageToken } = request;
  const state = STATES.get(request.state) ?? 'HELD';
  requireSound([
    ['state', STATES.has(request.state) ? undefined : 'must be HELD, REDRIVEN or DISCARDED'],
    ...findFilterFaults(request),
    ['page_size', pageSize < 0 ? 'must not be negative' : undefined],
  ]);
  const filter = toFilter(request);
  return {
    state,
    filter,
    pageSize: Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodeQuarantineToken(pageToken, { ...filter, state }),
  };
}

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong, or that no filter is set */
export function readResolutionRequest(request: ResolutionRequest): ResolutionQuery {
  const { ids, limit } = request;
  requireSound([
    ['ids', ids.length > MAX_IDS ? `must hold at most ${MAX_IDS} ids` : undefined],
    ['ids', ids.some(id => id.includes('\0')) ? 'must not hold a NUL character' : undefined],
    ...findFilterFaults(request),
    ['limit', limit < 0 ? 'must not be negative' : undefined],
  ]);
  const filter = { ids: ids.length === 0 ? undefined : ids, ...toFilter(request) };
  requireFilter(filter, ['ids', 'uid', 'store', 'code', 'since', 'until']);
  return { filter, limit: Math.min(limit === 0 ? MAX_RESOLVED : limit, MAX_RESOLVED) };
}

function findFilterFaults({ uid, store, code, since, until }: FilterRequest): Fault[] {
  const name = failureCodeFromProto(code);
  return [
    ['uid', uid === '' ? undefined : findUidViolation(uid)],
    ['store', store === '' ? undefined : findStoreViolation(store)],
    ['code', name === undefined || FAILURE_CODES.includes(name) ? undefined : 'must be a code of Failure'],
    ['since', findTimeFault(since)],
    ['until', findTimeFault(until)],
  ];
}

function toFilter({ uid, store, code, since, until }: FilterRequest): QuarantineFilter {
  return {
    uid: uid === '' ? undefined : uid,
    store: store === '' ? undefined : store,
    code: failureCodeFromProto(code),
    sinceMicros: toMicros(since),
    untilMicros: toMicros(until),
  };
}
