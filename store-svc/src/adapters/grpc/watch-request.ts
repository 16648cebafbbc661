import type { FinalStatus } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import type { FeedPosition, OutcomeFilter } from '../../ports/outcome-feed.ts';
import { decodeResumeToken } from './resume-token.ts';

const FINAL_STATUSES: readonly FinalStatus[] = ['PROCESSED', 'FAILED', 'QUARANTINED'];

export interface WatchQuery {
  readonly filter: OutcomeFilter;
  readonly after: FeedPosition | undefined;
}

/** @throws ConnectError INVALID_ARGUMENT for a `resume_token` that is none */
export function readWatchRequest({ store, statuses, resumeToken }: WatchAlertsRequest): WatchQuery {
  const wanted = new Set(statuses.map(statusFromProto));
  const known = FINAL_STATUSES.filter(status => wanted.has(status));
  return {
    filter: {
      store: store === '' ? undefined : store,
      statuses: known.length === 0 ? FINAL_STATUSES : known,
    },
    after: resumeToken === '' ? undefined : decodeResumeToken(resumeToken),
  };
}
