import type { MessageInitShape } from '@bufbuild/protobuf';
import { type FieldViolation, findUidFault, InvalidAlertError } from '@vigie/mesh/alert/alert.ts';
import type { FinishedAlert, ReceivedAlert } from '@vigie/mesh/alert/alert-record.ts';
import { invalidArgument, toStatus } from '@vigie/mesh/grpc/rpc-error.ts';
import type { ServiceImplementation } from '@vigie/mesh/grpc/service-implementation.ts';
import { finishedFromProto, receivedFromProto, recordToProto } from '@vigie/mesh/wire/record-wire.ts';
import type { AlertRecord as AlertRecordMessage } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  type AlertStoreService,
  RecordResult_Kind,
  type RecordResultSchema,
} from '@vigie/proto/vigie/store/v1/alert_store_service_pb.ts';
import type { GetAlert } from '../../application/get-alert.ts';
import type { ListAlerts } from '../../application/list-alerts.ts';
import type { RecordAlert } from '../../application/record-alert.ts';
import type { RecordOutcome } from '../../application/record-outcome.ts';
import { findOutcomeFaults, findReceivedFaults } from '../../domain/outcome-faults.ts';
import type { OutcomeRecordKind } from '../../domain/record-kind.ts';
import type { OutcomeFeed } from '../../ports/outcome-feed.ts';
import { translateError } from './error-table.ts';
import { readListRequest } from './list-request.ts';
import { encodePageToken } from './page-token.ts';
import { encodeResumeToken } from './resume-token.ts';
import { readWatchRequest } from './watch-request.ts';

const MAX_BATCH = 1_000;

type Result = MessageInitShape<typeof RecordResultSchema>;

export interface AlertStoreServiceParts {
  readonly recordAlert: RecordAlert;
  readonly recordOutcome: RecordOutcome;
  readonly getAlert: GetAlert;
  readonly listAlerts: ListAlerts;
  readonly outcomeFeed: OutcomeFeed;
}

export function createAlertStoreService(
  parts: AlertStoreServiceParts,
): ServiceImplementation<typeof AlertStoreService> {
  const { recordAlert, recordOutcome, getAlert, listAlerts, outcomeFeed } = parts;

  return {
    async recordAlerts({ alerts }) {
      requireBatch('alerts', alerts);
      return { results: await Promise.all(alerts.map(alert => settle(alert, parseReceived, recordAlert))) };
    },

    async recordOutcomes({ outcomes }) {
      requireBatch('outcomes', outcomes);
      const results = outcomes.map(outcome => settle(outcome, parseFinished, recordOutcome));
      return { results: await Promise.all(results) };
    },

    async getAlert({ uid }) {
      const description = findUidFault(uid);
      if (description !== undefined) throw invalidArgument([{ field: 'uid', description }]);
      return recordToProto(await getAlert(uid));
    },

    async listAlerts(request) {
      const { filter, pageSize, behind } = readListRequest(request);
      const { alerts, next } = await listAlerts(filter, pageSize, behind);
      return {
        alerts: alerts.map(recordToProto),
        nextPageToken: next === undefined ? '' : encodePageToken(next, filter),
      };
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
async function settle<T>(
  message: AlertRecordMessage,
  parse: (message: AlertRecordMessage) => T,
  record: (item: T) => Promise<OutcomeRecordKind>,
): Promise<Result> {
  const { uid } = message;
  let item: T;
  try {
    item = parse(message);
  } catch (error) {
    const refusal = translateError(error);
    if (refusal === undefined) throw error;
    return { uid, kind: RecordResult_Kind.REFUSED, error: toStatus(refusal) };
  }
  return { uid, kind: RecordResult_Kind[await record(item)] };
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
