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

/** @throws ConnectError INVALID_ARGUMENT for a `resume_token` that is none */
export function readWatchRequest({ store, statuses, resumeToken }: WatchAlertsRequest): WatchQuery {
  const wanted = new Set(statuses.map(statusFromProto));
  const known = FINAL_STATUSES.filter(status => wanted.has(status));
  return {
    filter: { store: store === '' ? undefined : store, statuses: known.length === 0 ? FINAL_STATUSES : known },
    after: resumeToken === '' ? undefined : requirePosition(resumeToken),
  };
}

function requirePosition(resumeToken: string): FeedPosition {
  const position = decodeResumeToken(resumeToken);
  if (position !== undefined) return position;
  const description = 'must be a token that an earlier response held, unchanged';
  throw invalidArgument([{ field: 'resume_token', description }]);
}
