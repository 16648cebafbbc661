import { create, fromJson, type JsonValue, toJson } from '@bufbuild/protobuf';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { type Alert, latestTimestamp, parseAlert, timestampSeconds } from '../alert.ts';
import type { FinishedAlert } from '../alert-record.ts';
import { alertToProto, finishedFromProto } from './alert-message.ts';
import { isNumberText, parseJsonPayload } from './json-payload.ts';

/** A message on a subject of alerts or outcomes whose payload could not be parsed as one. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  readonly reason = 'MALFORMED_MESSAGE';
}

/**
 * The payload on `alerts.received.*`: proto3 JSON of the fields of `vigie.alert.v1.Alert` that a client sends. Written
 * without a message in between, for it is the hot path: none of these fields has another form in JSON, and those that
 * keep the rules are never at their default.
 */
export function encodeAlertPayload(alert: Alert): string {
  const { uid, video, store, labels } = alert;
  return JSON.stringify({ uid, video, timestamp: timestampSeconds(alert), store, labels });
}

/** The payload on `alerts.processed.*` and `alerts.failed.*`: proto3 JSON of a whole `vigie.alert.v1.Alert`. */
export function encodeOutcomePayload(finished: FinishedAlert): string {
  return JSON.stringify(toJson(AlertSchema, create(AlertSchema, alertToProto(finished))));
}

/**
 * @param tenant whose it is, by its subject; undefined if that names nobody
 * @param publishedAt when it was published, which tells whether its timestamp may be right; absent for what was
 * accepted already
 * @throws MalformedMessageError if the payload is no JSON, or the JSON no alert that keeps the rules
 */
export function decodeAlertPayload(payload: Uint8Array, tenant: string | undefined, publishedAt?: Date): Alert {
  if (tenant === undefined) throw new MalformedMessageError('not an alert: its subject names no tenant');
  try {
    const json = clientFieldsOf(parseJsonPayload(payload));
    const latest = publishedAt && latestTimestamp(publishedAt.getTime() + CLOCK_DIFFERENCE_MS);
    return parseAlert(fromJson(AlertSchema, json, { ignoreUnknownFields: true }), tenant, latest);
  } catch (error) {
    throw new MalformedMessageError(`not an alert: ${(error as Error).message}`, { cause: error });
  }
}

/** The alert in a payload, or the reason why there is none. */
export function tryDecodeAlert(
  payload: Uint8Array,
  tenant: string | undefined,
  publishedAt?: Date,
): Alert | MalformedMessageError {
  try {
    return decodeAlertPayload(payload, tenant, publishedAt);
  } catch (error) {
    if (error instanceof MalformedMessageError) return error;
    throw error;
  }
}

/** The alert in a payload; undefined if it could not be parsed as one. */
export function findAlertIn(payload: Uint8Array, tenant: string | undefined): Alert | undefined {
  const decoded = tryDecodeAlert(payload, tenant);
  return decoded instanceof MalformedMessageError ? undefined : decoded;
}

/**
 * @param tenant whose it is, by its subject, whatever the payload says; undefined if that names nobody
 * @throws MalformedMessageError if the payload is no JSON, or the JSON no finished alert
 */
export function decodeOutcomePayload(payload: Uint8Array, tenant: string | undefined): FinishedAlert {
  if (tenant === undefined) throw new MalformedMessageError('not an outcome: its subject names no tenant');
  try {
    // Fields that a later version adds do no harm.
    const message = fromJson(AlertSchema, parseJsonPayload(payload), { ignoreUnknownFields: true });
    return finishedFromProto({ ...message, tenant });
  } catch (error) {
    throw new MalformedMessageError(`not an outcome: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * A publisher may send fields of its own, and some may have the name of an OUTPUT_ONLY field: they are ignored,
 * whatever they hold.
 */
function clientFieldsOf(json: JsonValue): JsonValue {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const { timestamp } = json;
  if (typeof timestamp === 'string' && !isNumberText(timestamp)) throw new Error('timestamp must be a number');
  return Object.fromEntries(CLIENT_FIELDS.flatMap(name => (name in json ? [[name, json[name] as JsonValue]] : [])));
}

/**
 * Between ingest-svc and nats-server, generously: whether an alert that was accepted has its row must not depend on
 * whose clock is right.
 */
const CLOCK_DIFFERENCE_MS = 24 * 60 * 60 * 1000;

const CLIENT_FIELDS = ['uid', 'video', 'timestamp', 'store', 'labels'];
