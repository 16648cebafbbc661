import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { DEFAULT_TENANT } from '@vigie/access/tenants';
import { headersOf, publishStored, traceHeaders } from '@vigie/service-kit/nats';
import { continueTrace, TRACEPARENT } from '@vigie/service-kit/telemetry';
import type { Alert } from '../alert.ts';
import { FAILURE_CODES, type Failure, type FailureCode, type FinishedAlert } from '../alert-record.ts';
import { decodeAlertPayload, findAlertIn, MalformedMessageError } from '../wire/alert-payload.ts';
import { type AlertOwner, storeOfSubject, subjects, tenantOfSubject, tenantPrefix } from './subjects.ts';

/** Headers of a message on `alerts.quarantined.*`. Its payload is that of the original message, byte for byte. */
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
  /** How many times it had been redriven before; on a redriven message in the stream ALERTS too. */
  redrives: 'Vigie-Redrives',
} as const;

/** A message as the stream ALERTS holds it. */
export interface OriginalMessage {
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly streamSequence: number;
  readonly receivedAt: Date;
  readonly redrives: number;
}

/** A message that was quarantined, as a message on `alerts.quarantined.*` describes it. */
export interface QuarantinedMessage {
  /** The same, however often the message was quarantined. */
  readonly id: string;
  readonly original: OriginalMessage;
  /** Undefined if the message could not be parsed as an alert. */
  readonly alert: Alert | undefined;
  /** Whose it is by its subject; the default tenant's if that names nobody. */
  readonly tenant: string;
  /** The alert's store, or the one that the subject names. */
  readonly store: string;
  readonly failure: Failure;
  readonly attempts: number;
  readonly quarantinedAt: Date;
  readonly traceId: string;
}

export interface Quarantining {
  readonly client: JetStreamClient;
  readonly original: OriginalMessage;
  /** Undefined if the message could not be parsed as an alert: the subject then says whose it is. */
  readonly owner: AlertOwner | undefined;
  readonly reason: FailureCode;
  readonly why: string;
  readonly attempts: number;
}

const PUB_ACK_TIMEOUT_MS = 5_000;
const WHY_MAX_LENGTH = 1_000;
/** As long as that of any store's name, and far below what a server takes as a line of its protocol (4 KiB). */
const TOKEN_MAX_LENGTH = 128 * '%F0%9F%9B%92'.length;

/** Quarantines a message in the current trace, for a person to look at. Resolves once it is on disk. */
export async function publishQuarantined(quarantining: Quarantining): Promise<void> {
  const { client, original, owner, reason, why, attempts } = quarantining;
  const headers = traceHeaders();
  headers.set(QUARANTINE_HEADERS.reason, reason);
  headers.set(QUARANTINE_HEADERS.message, oneLine(why));
  headers.set(QUARANTINE_HEADERS.attempts, String(attempts));
  headers.set(QUARANTINE_HEADERS.subject, original.subject);
  headers.set(QUARANTINE_HEADERS.streamSequence, String(original.streamSequence));
  headers.set(QUARANTINE_HEADERS.receivedAt, original.receivedAt.toISOString());
  headers.set(QUARANTINE_HEADERS.redrives, String(original.redrives));
  await publishStored(client, quarantineSubject(original.subject, owner), original.payload, {
    // Doing it again after a crash keeps it once.
    msgID: `quarantined.${quarantineId(original)}`,
    headers,
    timeout: PUB_ACK_TIMEOUT_MS,
  });
}

/** A message of the stream ALERTS. */
export function originalMessage(message: JsMsg): OriginalMessage {
  const { subject, data, seq, time } = message;
  return { subject, payload: data, streamSequence: seq, receivedAt: time, redrives: redrivesOf(headersOf(message)) };
}

/**
 * Reads a message on `alerts.quarantined.*`. One that was published there by hand may have no headers, and is read as
 * well.
 */
export function readQuarantined(message: JsMsg): QuarantinedMessage {
  const headers = headersOf(message);
  const header = (name: string): string => headers?.get(name) ?? '';
  const original: OriginalMessage = {
    subject: header(QUARANTINE_HEADERS.subject) || message.subject,
    payload: message.data,
    streamSequence: wholeNumber(header(QUARANTINE_HEADERS.streamSequence)),
    receivedAt: timeOr(header(QUARANTINE_HEADERS.receivedAt), message.time),
    redrives: redrivesOf(headers),
  };
  const tenant = tenantOfSubject(message.subject);
  const alert = findAlertIn(message.data, tenant);
  return {
    id:
      original.streamSequence > 0
        ? quarantineId(original)
        : `by-hand-${quarantineId({ streamSequence: message.seq, receivedAt: message.time })}`,
    original,
    alert,
    tenant: tenant ?? DEFAULT_TENANT,
    store: alert?.store ?? storeOfSubject(message.subject),
    failure: {
      code: findReason(headers) ?? 'MALFORMED_MESSAGE',
      message: header(QUARANTINE_HEADERS.message) || `no ${QUARANTINE_HEADERS.message} says why it is here`,
    },
    attempts: wholeNumber(header(QUARANTINE_HEADERS.attempts)),
    quarantinedAt: message.time,
    traceId: continueTrace(header(TRACEPARENT)).traceId,
  };
}

/**
 * Decodes a message on `alerts.quarantined.*` as the record of an alert that ended as QUARANTINED.
 *
 * @throws MalformedMessageError if it could not be parsed as an alert, or no header names the failure code
 */
export function decodeQuarantinedRecord(message: JsMsg): FinishedAlert {
  if (findReason(headersOf(message)) === undefined) {
    throw new MalformedMessageError(`the header ${QUARANTINE_HEADERS.reason} names no failure code`);
  }
  const { original, failure, attempts, quarantinedAt, traceId } = readQuarantined(message);
  return {
    alert: decodeAlertPayload(message.data, tenantOfSubject(message.subject)),
    receivedAt: original.receivedAt,
    traceId,
    outcome: { status: 'QUARANTINED', failure },
    effort: { attempts, bytesRead: 0, requests: 0, elapsedMs: 0 },
    processedAt: quarantinedAt,
    sequence: original.streamSequence,
  };
}

/**
 * What a message is known by in quarantine: its place and time in the stream, as positions may have been used before
 * in a stream that was lost.
 */
export function quarantineId({
  streamSequence,
  receivedAt,
}: Pick<OriginalMessage, 'streamSequence' | 'receivedAt'>): string {
  return `${streamSequence}-${receivedAt.getTime()}`;
}

function redrivesOf(headers: MsgHdrs | undefined): number {
  return wholeNumber(headers?.get(QUARANTINE_HEADERS.redrives) ?? '');
}

/** 0 for anything else: anyone may publish by hand. */
function wholeNumber(text: string): number {
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

/**
 * The token of the original's subject is taken over as far as it goes: it was legal there, but may be longer than fits
 * here.
 */
function quarantineSubject(subject: string, owner: AlertOwner | undefined): string {
  if (owner !== undefined) return subjects.quarantined(owner);
  const token = subject.slice(subject.lastIndexOf('.') + 1);
  const prefix = tenantPrefix(tenantOfSubject(subject) ?? DEFAULT_TENANT);
  return `alerts.quarantined.${prefix}${token.slice(0, TOKEN_MAX_LENGTH).toWellFormed()}`;
}

function findReason(headers: MsgHdrs | undefined): FailureCode | undefined {
  const reason = headers?.get(QUARANTINE_HEADERS.reason);
  return FAILURE_CODES.find(known => known === reason);
}

function timeOr(text: string, fallback: Date): Date {
  const time = new Date(text);
  return time.getTime() > 0 && time.getFullYear() < 10_000 ? time : fallback;
}

function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, WHY_MAX_LENGTH)
    .toWellFormed()
    .trim();
}
