import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { FinishedAlert, ReceivedAlert } from '@vigie/alert';
import { type FieldViolation, findUidFault, InvalidAlertError } from '@vigie/alert';
import { finishedFromProto, IncompleteRecordError, receivedFromProto, recordToProto } from '@vigie/alert/wire';
import { type AlertRecord as AlertRecordMessage, AlertRecordSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type AlertStoreService,
  RecordResult_Kind,
  type RecordResultSchema,
} from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import type { ServiceImplementation } from '@vigie/service-kit/grpc';
import { invalidArgument, toStatus } from '@vigie/service-kit/grpc';
import type { GetAlert } from '../../application/get-alert.ts';
import type { ListAlerts } from '../../application/list-alerts.ts';
import type { RecordAlert } from '../../application/record-alert.ts';
import type { RecordOutcome } from '../../application/record-outcome.ts';
import type { ReplayAlerts } from '../../application/replay-alerts.ts';
import { findOutcomeFaults, findReceivedFaults } from '../../domain/outcome-faults.ts';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import { translateError } from './error-table.ts';
import { readListRequest, readReplayRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { encodeResumeToken } from './resume-token.ts';
import { readWatchRequest } from './watch-request.ts';

const MAX_BATCH = 1_000;
const DEFAULT_PAGE_SIZE = 50;

type Result = MessageInitShape<typeof RecordResultSchema>;

interface Judged {
  readonly kind: RecordResult_Kind;
  readonly standing?: MessageInitShape<typeof AlertRecordSchema>;
}

export interface AlertStoreServiceParts {
  readonly recordAlert: RecordAlert;
  readonly recordOutcome: RecordOutcome;
  readonly getAlert: GetAlert;
  readonly listAlerts: ListAlerts;
  readonly replayAlerts: ReplayAlerts;
  readonly outcomeFeed: OutcomeFeed;
}

export function createAlertStoreService(
  parts: AlertStoreServiceParts,
): ServiceImplementation<typeof AlertStoreService> {
  const { recordAlert, recordOutcome, getAlert, listAlerts, replayAlerts, outcomeFeed } = parts;

  async function recordReceived(message: AlertRecordMessage): Promise<Judged> {
    const { kind } = await recordAlert({ received: parseReceived(message), sequence: 0, isReplay: false });
    if (kind === 'REOPENED') throw new Error('Only a replay reopens an alert.');
    // Before all that the stream brings, so another one came later.
    return { kind: kind === 'LATECOMER_STANDS' ? RecordResult_Kind.CONFLICT : RecordResult_Kind[kind] };
  }

  async function recordFound(message: AlertRecordMessage, isReplay: boolean): Promise<Judged> {
    const result = await recordOutcome({ record: parseFinished(message), isReplay });
    const standing = 'standing' in result ? result.standing : undefined;
    return {
      kind: RecordResult_Kind[result.kind],
      ...(standing !== undefined && { standing: recordToProto(standing) }),
    };
  }

  return {
    async recordAlerts({ alerts }) {
      requireBatch('alerts', alerts);
      return { results: await Promise.all(alerts.map(alert => settle(alert.uid, () => recordReceived(alert)))) };
    },

    async recordOutcomes({ outcomes }) {
      requireBatch('outcomes', outcomes);
      const results = outcomes.map(({ record, replay }) =>
        settle(record?.uid ?? '', () => recordFound(record ?? create(AlertRecordSchema), replay)),
      );
      return { results: await Promise.all(results) };
    },

    async getAlert({ uid }) {
      const description = findUidFault(uid);
      if (description !== undefined) throw invalidArgument([{ field: 'uid', description }]);
      return recordToProto(await getAlert(uid));
    },

    async listAlerts(request) {
      const { filter, pageSize, behind } = readListRequest(request, DEFAULT_PAGE_SIZE);
      const { alerts, next } = await listAlerts(filter, pageSize, behind);
      return {
        alerts: alerts.map(recordToProto),
        nextPageToken: next === undefined ? '' : encodePageToken(next, filter),
      };
    },

    async replayAlerts(request) {
      const { filter, pageSize, behind } = readReplayRequest(request);
      const { alerts, next } = await replayAlerts(filter, pageSize, behind);
      return { replayed: alerts.length, nextPageToken: next === undefined ? '' : encodePageToken(next, filter) };
    },

    async *watchAlerts(request, { signal }) {
      const { filter, behind } = readWatchRequest(request);
      const { start, items } = await outcomeFeed.watch(filter, behind, signal);
      yield { resumeToken: encodeResumeToken(start) };
      for await (const { record, position } of items) {
        yield { alert: recordToProto(record), resumeToken: encodeResumeToken(position) };
      }
    },
  };
}

/**
 * The result of one item. An item that breaks a rule is refused and leaves the others alone; a store that can't write fails
 * the whole call, which is then repeated.
 */
async function settle(uid: string, record: () => Promise<Judged>): Promise<Result> {
  try {
    return { uid, ...(await record()) };
  } catch (error) {
    if (!(error instanceof InvalidAlertError || error instanceof IncompleteRecordError)) throw error;
    const refusal = translateError(error);
    return { uid, kind: RecordResult_Kind.REFUSED, ...(refusal !== undefined && { error: toStatus(refusal) }) };
  }
}

/** @throws InvalidAlertError */
function parseReceived(message: AlertRecordMessage): ReceivedAlert {
  const received = receivedFromProto(message);
  requireNone(findReceivedFaults(received));
  return received;
}

/** @throws InvalidAlertError, IncompleteRecordError */
function parseFinished(message: AlertRecordMessage): FinishedAlert {
  const finished = finishedFromProto(message);
  requireNone(findOutcomeFaults(finished));
  return finished;
}

function requireNone(violations: readonly FieldViolation[]): void {
  if (violations.length > 0) throw new InvalidAlertError(violations);
}

function requireBatch(field: string, items: readonly unknown[]): void {
  if (items.length > 0 && items.length <= MAX_BATCH) return;
  throw invalidArgument([{ field, description: `must hold 1-${MAX_BATCH} items` }]);
}
