import { type FieldViolation, findStoreViolation } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import type { FeedPosition } from '../feed-position.ts';
import { FINAL_STATUSES, type OutcomeFilter } from '../outcome-filter.ts';
import { decodeResumeToken } from './resume-token.ts';

export interface WatchQuery {
  readonly filter: OutcomeFilter;
  readonly after: FeedPosition | undefined;
}

/**
 * The gateway answers watches itself, so the rules of the proto are checked here too.
 *
 * @throws ConnectError INVALID_ARGUMENT naming every field that is wrong
 */
export function readWatchRequest({ store, statuses, resumeToken }: WatchAlertsRequest): WatchQuery {
  const wanted = new Set(statuses.map(statusFromProto));
  const known = FINAL_STATUSES.filter(status => wanted.has(status));
  const after = resumeToken === '' ? undefined : decodeResumeToken(resumeToken);
  const storeViolation = store === '' ? undefined : findStoreViolation(store);
  const violations: FieldViolation[] = [];
  if (storeViolation !== undefined) violations.push({ field: 'store', description: storeViolation });
  if (known.length < wanted.size) {
    violations.push({ field: 'statuses', description: `must be of ${FINAL_STATUSES.join(', ')}` });
  }
  if (resumeToken !== '' && after === undefined) {
    const description = 'must be a token that an earlier response held, unchanged';
    violations.push({ field: 'resume_token', description });
  }
  if (violations.length > 0) throw invalidArgument(violations);
  return {
    filter: { store: store === '' ? undefined : store, statuses: known.length === 0 ? FINAL_STATUSES : known },
    after,
  };
}
