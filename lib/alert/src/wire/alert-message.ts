import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import {
  type Alert_Retry,
  type Alert_RetrySchema,
  Alert_Status,
  type Alert as AlertMessage,
  type AlertSchema,
} from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { type Alert, type AlertInput, parseAlert, timestampSeconds } from '../alert.ts';
import {
  type AlertRecord,
  type AlertStatus,
  type Failure,
  type FailureCode,
  type FinishedAlert,
  isFinished,
  type Outcome,
  type PendingRetry,
  statusOf,
} from '../alert-record.ts';
import { mediaFromProto, mediaToProto } from './media-message.ts';

/** An `Alert` message in a final status that lacks a field which the status needs. */
export class IncompleteRecordError extends Error {
  override readonly name = 'IncompleteRecordError';
  readonly reason = 'INCOMPLETE_RECORD';
}

/**
 * The `Alert` message of an alert, with as many fields as are known: those that a client sends, those of a received
 * alert, or all of a finished one.
 */
export function alertToProto(alert: Alert | AlertRecord): MessageInitShape<typeof AlertSchema> {
  return 'alert' in alert ? recordFields(alert) : clientFields(alert);
}

/** @throws InvalidAlertError, IncompleteRecordError */
export function finishedFromProto(message: AlertMessage): FinishedAlert {
  return {
    alert: parseAlert(message, message.tenant || DEFAULT_TENANT),
    receivedAt: dateOrEpoch(message.receivedAt),
    traceId: message.traceId ?? '',
    outcome: outcomeFromProto(message),
    effort: {
      attempts: message.effort?.attempts ?? 0,
      bytesRead: message.effort?.bytesRead ?? 0,
      requests: message.effort?.requests ?? 0,
      elapsedMs: message.effort?.elapsedMs ?? 0,
    },
    processedAt: dateOrEpoch(message.processedAt),
    sequence: Number(message.sequence ?? 0),
  };
}

export function statusFromProto(status: Alert_Status | undefined): AlertStatus | undefined {
  return status === undefined || status === Alert_Status.STATUS_UNSPECIFIED
    ? undefined
    : (nameOf(Alert_Status, status) as AlertStatus);
}

export function failureCodeFromProto(code: Failure_Code): FailureCode | undefined {
  return code === Failure_Code.CODE_UNSPECIFIED ? undefined : (nameOf(Failure_Code, code) as FailureCode);
}

export function failureToProto({ code, message }: Failure): { code: Failure_Code; message: string } {
  return { code: Failure_Code[code], message };
}

export function retryToProto({
  attempts,
  lastFailure,
  nextAttemptAt,
}: PendingRetry): MessageInitShape<typeof Alert_RetrySchema> {
  return { attempts, lastFailure: failureToProto(lastFailure), nextAttemptAt: timestampFromDate(nextAttemptAt) };
}

/** @returns undefined if it lacks its failure's code or its next attempt */
export function retryFromProto({ attempts, lastFailure, nextAttemptAt }: Alert_Retry): PendingRetry | undefined {
  const code = failureCodeFromProto(lastFailure?.code ?? Failure_Code.CODE_UNSPECIFIED);
  if (code === undefined || nextAttemptAt === undefined) return undefined;
  return {
    attempts,
    lastFailure: { code, message: lastFailure?.message ?? '' },
    nextAttemptAt: timestampDate(nextAttemptAt),
  };
}

function clientFields(alert: Alert): AlertInput {
  const { uid, video, store, labels } = alert;
  return { uid, video, timestamp: timestampSeconds(alert), store, ...(labels !== undefined && { labels }) };
}

function recordFields(record: AlertRecord): MessageInitShape<typeof AlertSchema> {
  const received = {
    ...clientFields(record.alert),
    status: Alert_Status[statusOf(record)],
    receivedAt: timestampFromDate(record.receivedAt),
    traceId: record.traceId,
    ...(record.alert.tenant !== DEFAULT_TENANT && { tenant: record.alert.tenant }),
  };
  if (!isFinished(record)) {
    return { ...received, ...(record.retry !== undefined && { retry: retryToProto(record.retry) }) };
  }
  const { outcome } = record;
  return {
    ...received,
    ...(outcome.status === 'PROCESSED'
      ? { media: mediaToProto(outcome.media) }
      : { failure: failureToProto(outcome.failure) }),
    effort: record.effort,
    processedAt: timestampFromDate(record.processedAt),
    sequence: BigInt(record.sequence),
  };
}

function outcomeFromProto(message: AlertMessage): Outcome {
  const status = statusFromProto(message.status);
  if (status === 'PROCESSED') {
    if (message.media === undefined) throw new IncompleteRecordError('media is required with PROCESSED');
    return { status, media: mediaFromProto(message.media) };
  }
  if (status === 'FAILED' || status === 'QUARANTINED') {
    const code = failureCodeFromProto(message.failure?.code ?? Failure_Code.CODE_UNSPECIFIED);
    if (code === undefined) throw new IncompleteRecordError(`failure.code is required with ${status}`);
    return { status, failure: { code, message: message.failure?.message ?? '' } };
  }
  throw new IncompleteRecordError('status must be PROCESSED, FAILED or QUARANTINED');
}

function nameOf(values: Readonly<Record<string, number | string>>, value: number): string {
  return Object.keys(values).find(name => values[name] === value) ?? String(value);
}

function dateOrEpoch(timestamp: Timestamp | undefined): Date {
  return timestamp === undefined ? new Date(0) : timestampDate(timestamp);
}
