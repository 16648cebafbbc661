import type { FinalStatus } from '@vigie/alert';
import { type FieldViolation, findStoreViolation } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import type { FeedPosition, OutcomeFilter } from '../../ports/outcome-feed.ts';
import { decodeResumeToken } from './resume-token.ts';

const FINAL_STATUSES: readonly FinalStatus[] = ['PROCESSED', 'FAILED', 'QUARANTINED'];

export interface WatchQuery {
  readonly filter: OutcomeFilter;
  readonly after: FeedPosition | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT naming every field that is wrong */
export function readWatchRequest({ store, statuses, resumeToken }: WatchAlertsRequest): WatchQuery {
  const wanted = new Set(statuses.map(statusFromProto));
  const known = FINAL_STATUSES.filter(status => wanted.has(status));
  const violations: FieldViolation[] = [];
  const storeViolation = store === '' ? undefined : findStoreViolation(store);
  if (storeViolation !== undefined) violations.push({ field: 'store', description: storeViolation });
  if (known.length < wanted.size) {
    violations.push({ field: 'statuses', description: `must be of ${FINAL_STATUSES.join(', ')}` });
  }
  if (violations.length > 0) throw invalidArgument(violations);
  return {
    filter: {
      store: store === '' ? undefined : store,
      statuses: known.length === 0 ? FINAL_STATUSES : known,
    },
    after: resumeToken === '' ? undefined : decodeResumeToken(resumeToken),
  };
}
