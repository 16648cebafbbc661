import { create, fromJson, toJson } from '@bufbuild/protobuf';
import { AlertSchema } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { type Alert, type AlertInput, parseAlert, timestampSeconds } from '../alert.ts';
import { parseJsonPayload } from './json-payload.ts';

/** A message on a subject of alerts that isn't one. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  readonly reason = 'MALFORMED_MESSAGE';
}

export function alertToProto(alert: Alert): AlertInput {
  return { uid: alert.uid, video: alert.video, timestamp: timestampSeconds(alert), store: alert.store };
}

/** The payload on `alerts.received.*`: proto3 JSON of `vigie.alert.v1.Alert`. */
export function encodeAlertPayload(alert: Alert): string {
  return JSON.stringify(toJson(AlertSchema, create(AlertSchema, alertToProto(alert))));
}

/** @throws MalformedMessageError if the payload is no JSON, or the JSON no alert that keeps the rules */
export function decodeAlertPayload(payload: Uint8Array): Alert {
  try {
    // Fields that a later version adds don't hurt this one.
    return parseAlert(fromJson(AlertSchema, parseJsonPayload(payload), { ignoreUnknownFields: true }));
  } catch (error) {
    throw new MalformedMessageError(`not an alert: ${(error as Error).message}`, { cause: error });
  }
}

/** The alert in a payload, or why it holds none. */
export function tryDecodeAlert(payload: Uint8Array): Alert | MalformedMessageError {
  try {
    return decodeAlertPayload(payload);
  } catch (error) {
    if (error instanceof MalformedMessageError) return error;
    throw error;
  }
}

/** The alert in a payload; undefined where it holds none. */
export function findAlertIn(payload: Uint8Array): Alert | undefined {
  const decoded = tryDecodeAlert(payload);
  return decoded instanceof MalformedMessageError ? undefined : decoded;
}
