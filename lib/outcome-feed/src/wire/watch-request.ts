import { type FieldViolation, findLabelTextViolation, findStoreViolation } from '@vigie/alert';
import { statusFromProto } from '@vigie/alert/wire';
import type { WatchAlertsRequest } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { invalidArgument } from '@vigie/service-kit/grpc';
import type { FeedPosition } from '../feed-position.ts';
import { FINAL_STATUSES, type OutcomeFilter } from '../outcome-filter.ts';
import { decodeResumeToken } from './resume-token.ts';

const MAX_STORES = 100;
const MAX_LABELS = 16;
/** Of one list, enough to see what is wrong: an error travels in headers. */
const MAX_VIOLATIONS = 4;

export interface WatchQuery {
  readonly filter: OutcomeFilter;
  readonly after: FeedPosition | undefined;
}

/**
 * The gateway answers watches itself, so the rules of the proto are checked here too; `watch-request.spec.ts` holds
 * both against each other.
 *
 * @param tenant whose outcomes are watched
 * @throws ConnectError INVALID_ARGUMENT naming every field that is wrong, of a list the first few items
 */
export function readWatchRequest(
  { stores, labels, statuses, resumeToken }: WatchAlertsRequest,
  tenant: string,
): WatchQuery {
  const wanted = new Set(statuses.map(statusFromProto));
  const known = FINAL_STATUSES.filter(status => wanted.has(status));
  const after = resumeToken === '' ? undefined : decodeResumeToken(resumeToken);
  const violations = [
    ...findListViolations('stores', stores, MAX_STORES, findStoreViolation),
    ...findListViolations('labels', labels, MAX_LABELS, findLabelTextViolation),
  ];
  if (known.length < wanted.size) {
    violations.push({ field: 'statuses', description: `must be of ${FINAL_STATUSES.join(', ')}` });
  }
  if (resumeToken !== '' && after === undefined) {
    const description = 'must be a token that an earlier response held, unchanged';
    violations.push({ field: 'resume_token', description });
  }
  if (violations.length > 0) throw invalidArgument(violations);
  return {
    filter: {
      tenant,
      stores: sortedOnce(stores),
      labels: sortedOnce(labels),
      statuses: known.length === 0 ? FINAL_STATUSES : known,
    },
    after,
  };
}

/** Items are named as protovalidate names them; of too many, none is looked at. */
function findListViolations(
  field: string,
  items: readonly string[],
  maxItems: number,
  findViolation: (item: string) => string | undefined,
): FieldViolation[] {
  if (items.length > maxItems) return [{ field, description: `must be at most ${maxItems}, not ${items.length}` }];
  return items
    .flatMap((item, index) => {
      const description = findViolation(item);
      return description === undefined ? [] : [{ field: `${field}[${index}]`, description }];
    })
    .slice(0, MAX_VIOLATIONS);
}

function sortedOnce(items: readonly string[]): readonly string[] {
  return [...new Set(items)].sort();
}
