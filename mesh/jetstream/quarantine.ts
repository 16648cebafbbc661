import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { FAILURE_CODES, type FailureCode, type FinishedAlert } from '../alert/alert-record.ts';
import { continueTrace, TRACEPARENT } from '../telemetry/trace-context.ts';
import { decodeAlertPayload, MalformedMessageError } from '../wire/alert-wire.ts';
import { subjects } from './subjects.ts';
import { traceHeaders } from './trace-headers.ts';

/** What a message on `alerts.quarantined.*` says besides its payload, which is the original one, byte for byte. */
export const QUARANTINE_HEADERS = {
  /** A `FailureCode`. */
  reason: 'Vigie-Reason',
  /** Why, for people, in one line. */
  message: 'Vigie-Message',
  /** How many times it was tried. */
  attempts: 'Vigie-Attempts',
  /** Where and when the original message was published. */
  subject: 'Vigie-Subject',
  streamSequence: 'Vigie-Stream-Sequence',
  receivedAt: 'Vigie-Received-At',
} as const;

/** A message as the stream holds it. */
export interface OriginalMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly streamSequence: number;
  readonly receivedAt: Date;
}

export interface Quarantining {
  readonly client: JetStreamClient;
  readonly original: OriginalMessage;
  /** The alert's store; undefined where the message is no alert, and its subject has to tell. */
  readonly store: string | undefined;
  readonly reason: FailureCode;
  readonly why: string;
  readonly attempts: number;
  /** `Nats-Msg-Id`: the same for the same fault, so that doing it again after a crash keeps it once. */
  readonly messageId: string;
}

const PUB_ACK_TIMEOUT_MS = 5_000;
const WHY_MAX_LENGTH = 1_000;

/** Sets a message aside, in the current trace, for a person to look at. Resolves once it is on disk. */
export async function publishQuarantined(quarantining: Quarantining): Promise<void> {
  const { client, original, store, reason, why, attempts, messageId } = quarantining;
  const headers = traceHeaders();
  headers.set(QUARANTINE_HEADERS.reason, reason);
  headers.set(QUARANTINE_HEADERS.message, oneLine(why));
  headers.set(QUARANTINE_HEADERS.attempts, String(attempts));
  headers.set(QUARANTINE_HEADERS.subject, original.subject);
  headers.set(QUARANTINE_HEADERS.streamSequence, String(original.streamSequence));
  headers.set(QUARANTINE_HEADERS.receivedAt, original.receivedAt.toISOString());
  await client.publish(quarantineSubject(original.subject, store), original.payload, {
    msgID: messageId,
    headers,
    timeout: PUB_ACK_TIMEOUT_MS,
  });
}

/**
 * The alert that a message on `alerts.quarantined.*` holds.
 *
 * @throws MalformedMessageError if it holds none
 */
export function readQuarantined(message: JsMsg): FinishedAlert {
  const header = (name: string): string => message.headers?.get(name) ?? '';
  return {
    alert: decodeAlertPayload(message.data),
    receivedAt: timeOr(header(QUARANTINE_HEADERS.receivedAt), message.time),
    traceId: continueTrace(header(TRACEPARENT)).traceId,
    outcome: {
      status: 'QUARANTINED',
      failure: { code: readReason(message.headers), message: header(QUARANTINE_HEADERS.message) },
    },
    effort: {
      attempts: Number.parseInt(header(QUARANTINE_HEADERS.attempts), 10) || 0,
      bytesRead: 0,
      requests: 0,
      elapsedMs: 0,
    },
    processedAt: message.time,
  };
}

/** The token of the original's subject is taken over as it is: it was legal there. */
function quarantineSubject(subject: string, store: string | undefined): string {
  if (store !== undefined) return subjects.quarantined(store);
  return `alerts.quarantined.${subject.slice(subject.lastIndexOf('.') + 1)}`;
}

function readReason(headers: MsgHdrs | undefined): FailureCode {
  const reason = headers?.get(QUARANTINE_HEADERS.reason);
  const code = FAILURE_CODES.find(known => known === reason);
  if (code === undefined) {
    throw new MalformedMessageError(`the header ${QUARANTINE_HEADERS.reason} names no failure code`);
  }
  return code;
}

function timeOr(text: string, fallback: Date): Date {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? fallback : time;
}

function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, WHY_MAX_LENGTH)
    .toWellFormed()
    .trim();
}
