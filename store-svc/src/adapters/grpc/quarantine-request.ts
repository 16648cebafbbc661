import { allowedStores, type Identity } from '@vigie/access';
import { failureCodeFromProto } from '@vigie/alert/wire';
import { QuarantinedAlert_State as State } from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_pb.ts';
import type {
  DiscardQuarantinedAlertsRequest,
  ListQuarantinedAlertsRequest,
  RedriveQuarantinedAlertsRequest,
} from '@vigie/proto/vigie/quarantine/v1/quarantined_alert_service_pb.ts';
import type { QuarantineFilter, QuarantinePosition, QuarantineState } from '../../domain/quarantined-alert.ts';
import { decodeQuarantineToken } from './page-token.ts';
import { readTimeFilter } from './time-filter.ts';

const DEFAULT_PAGE_SIZE = 50;
/** Each with its payload, they fit into one gRPC message. */
const MAX_PAGE_SIZE = 100;
const MAX_RESOLVED = 1_000;

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

/** @throws ConnectError INVALID_ARGUMENT for a `page_token` of another list, or nanos out of bounds; AccessError */
export function readQuarantineRequest(request: ListQuarantinedAlertsRequest, identity: Identity): QuarantineQuery {
  const { pageSize, pageToken } = request;
  const state = STATES.get(request.state) ?? 'HELD';
  const filter = toFilter(request, identity);
  return {
    state,
    filter,
    pageSize: Math.min(pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize, MAX_PAGE_SIZE),
    after: pageToken === '' ? undefined : decodeQuarantineToken(pageToken, { ...filter, state }),
  };
}

/** @throws ConnectError INVALID_ARGUMENT for nanos out of bounds; AccessError */
export function readResolutionRequest(request: ResolutionRequest, identity: Identity): ResolutionQuery {
  const { ids, limit } = request;
  const filter = { ids: ids.length === 0 ? undefined : ids, ...toFilter(request, identity) };
  return { filter, limit: Math.min(limit === 0 ? MAX_RESOLVED : limit, MAX_RESOLVED) };
}

function toFilter(request: FilterRequest, identity: Identity): QuarantineFilter {
  const { uid, store, code } = request;
  const stores = allowedStores(identity, store === '' ? [] : [store]);
  return {
    uid: uid === '' ? undefined : uid,
    stores: stores.length === 0 ? undefined : stores,
    code: failureCodeFromProto(code),
    ...readTimeFilter(request),
  };
}
