import { FAILURE_CODES, findStoreFault, findUidFault } from '@vigie/alert';
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
const MAX_SETTLED = 1_000;
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
  readonly behind: QuarantinePosition | undefined;
}

export interface SettlementQuery {
  readonly filter: QuarantineFilter;
  readonly limit: number;
}

type SettlementRequest = Pick<
  RedriveQuarantinedAlertsRequest | DiscardQuarantinedAlertsRequest,
  'ids' | 'uid' | 'store' | 'code' | 'since' | 'until' | 'limit'
>;
type FilterRequest = Omit<SettlementRequest, 'ids' | 'limit'>;
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
    behind: pageToken === '' ? undefined : decodeQuarantineToken(pageToken, { ...filter, state }),
  };
}

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong, or that no filter is set */
export function readSettlementRequest(request: SettlementRequest): SettlementQuery {
  const { ids, limit } = request;
  requireSound([
    ['ids', ids.length > MAX_IDS ? `must hold at most ${MAX_IDS} ids` : undefined],
    ['ids', ids.some(id => id.includes('\0')) ? 'must not hold a NUL character' : undefined],
    ...findFilterFaults(request),
    ['limit', limit < 0 ? 'must not be negative' : undefined],
  ]);
  const filter = { ids: ids.length === 0 ? undefined : ids, ...toFilter(request) };
  requireFilter(filter, ['ids', 'uid', 'store', 'code', 'since', 'until']);
  return { filter, limit: Math.min(limit === 0 ? MAX_SETTLED : limit, MAX_SETTLED) };
}

function findFilterFaults({ uid, store, code, since, until }: FilterRequest): Fault[] {
  const name = failureCodeFromProto(code);
  return [
    ['uid', uid === '' ? undefined : findUidFault(uid)],
    ['store', store === '' ? undefined : findStoreFault(store)],
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
