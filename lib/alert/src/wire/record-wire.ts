import { create, fromJson, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { type Timestamp, timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import {
  AlertRecord_Status,
  type AlertRecord as AlertRecordMessage,
  AlertRecordSchema,
  Failure_Code,
} from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { parseAlert } from '../alert.ts';
import {
  type AlertRecord,
  type AlertStatus,
  type Failure,
  type FailureCode,
  type FinishedAlert,
  isFinished,
  type Outcome,
  type ReceivedAlert,
  statusOf,
} from '../alert-record.ts';
import { alertToProto, MalformedMessageError } from './alert-wire.ts';
import { parseJsonPayload } from './json-payload.ts';
import { mediaFromProto, mediaToProto } from './media-wire.ts';

/** A record that says it is finished but lacks what its status needs. */
export class IncompleteRecordError extends Error {
  override readonly name = 'IncompleteRecordError';
  readonly reason = 'INCOMPLETE_RECORD';
}

export function recordToProto(record: AlertRecord): MessageInitShape<typeof AlertRecordSchema> {
  const received = {
    ...alertToProto(record.alert),
    status: AlertRecord_Status[statusOf(record)],
    receivedAt: timestampFromDate(record.receivedAt),
    traceId: record.traceId,
  };
  if (!isFinished(record)) return received;
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

/** @throws InvalidAlertError if the alert in it breaks a rule */
export function receivedFromProto(message: AlertRecordMessage): ReceivedAlert {
  return {
    alert: parseAlert(message),
    receivedAt: dateOrEpoch(message.receivedAt),
    traceId: message.traceId,
  };
}

/** @throws InvalidAlertError, IncompleteRecordError */
export function finishedFromProto(message: AlertRecordMessage): FinishedAlert {
  return {
    ...receivedFromProto(message),
    outcome: outcomeFromProto(message),
    effort: {
      attempts: message.effort?.attempts ?? 0,
      bytesRead: message.effort?.bytesRead ?? 0,
      requests: message.effort?.requests ?? 0,
      elapsedMs: message.effort?.elapsedMs ?? 0,
    },
    processedAt: dateOrEpoch(message.processedAt),
    sequence: Number(message.sequence),
  };
}

/** The payload on `alerts.processed.*` and `alerts.failed.*`: proto3 JSON of `vigie.alert.v1.AlertRecord`. */
export function encodeRecordPayload(record: FinishedAlert): string {
  return JSON.stringify(toJson(AlertRecordSchema, create(AlertRecordSchema, recordToProto(record))));
}

/** @throws MalformedMessageError if the payload is no JSON, or the JSON no finished record */
export function decodeRecordPayload(payload: Uint8Array): FinishedAlert {
  try {
    // Fields that a later version adds don't hurt this one.
    const json = parseJsonPayload(payload);
    return finishedFromProto(fromJson(AlertRecordSchema, json, { ignoreUnknownFields: true }));
  } catch (error) {
    throw new MalformedMessageError(`not a record: ${(error as Error).message}`, { cause: error });
  }
}

export function statusFromProto(status: AlertRecord_Status): AlertStatus | undefined {
  return status === AlertRecord_Status.STATUS_UNSPECIFIED
    ? undefined
    : (nameOf(AlertRecord_Status, status) as AlertStatus);
}

export function failureCodeFromProto(code: Failure_Code): FailureCode | undefined {
  return code === Failure_Code.CODE_UNSPECIFIED ? undefined : (nameOf(Failure_Code, code) as FailureCode);
}

export function failureToProto({ code, message }: Failure): { code: Failure_Code; message: string } {
  return { code: Failure_Code[code], message };
}

function outcomeFromProto(message: AlertRecordMessage): Outcome {
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
