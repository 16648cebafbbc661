import {
  type Alert,
  type AlertRecord,
  type FinishedAlert,
  labelTexts,
  type Media,
  type Outcome,
  type PendingAlert,
  type ReceivedAlert,
} from '@vigie/alert';
import { toTimestampText } from '@vigie/postgres/values';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import type { AlertRetry } from '../../domain/alert-retry.ts';
import { type AlertRow, AUDIO_COLUMNS, EFFORT_COLUMNS, MEDIA_COLUMNS, VIDEO_COLUMNS } from './alert-row.ts';
import { requireColumn } from './column-group.ts';

/** A row as JSON has it: times are text that Postgres reads. */
export function toReceivedRow({ received: { alert, receivedAt, traceId }, sequence }: AlertArrival) {
  return {
    tenant: alert.tenant,
    uid: alert.uid,
    video: alert.video,
    alertTimestampMicros: toTimestampText(alert.timestampMicros),
    store: alert.store,
    status: 'RECEIVED',
    traceId,
    receivedAt: receivedAt.toISOString(),
    alertSequence: sequence,
    labels: alert.labels === undefined ? null : labelTexts(alert.labels),
  } satisfies Partial<Record<keyof AlertRow, unknown>>;
}

/** What an outcome writes onto the row of its alert, as JSON has it. */
export function toOutcomeRow({ alert, outcome, effort, processedAt, sequence }: FinishedAlert) {
  return {
    uid: alert.uid,
    status: outcome.status,
    failureCode: outcome.status === 'PROCESSED' ? null : outcome.failure.code,
    failureMessage: outcome.status === 'PROCESSED' ? null : outcome.failure.message,
    // Absent in JSON is null in the row: one that was PROCESSED and is probed again loses what it said of the video.
    ...(outcome.status === 'PROCESSED' && toMediaColumns(outcome.media)),
    ...EFFORT_COLUMNS.toColumns(effort),
    processedAt: processedAt.toISOString(),
    outcomeSequence: sequence,
  } satisfies Partial<Record<keyof AlertRow, unknown>>;
}

/** What a failed attempt writes onto the row of its alert, as JSON has it. */
export function toRetryRow({ uid, retry }: AlertRetry) {
  const { attempts, lastFailure, nextAttemptAt } = retry;
  return {
    uid,
    retryAttempts: attempts,
    lastFailureCode: lastFailure.code,
    lastFailureMessage: lastFailure.message,
    nextAttemptAt: nextAttemptAt.toISOString(),
  } satisfies Partial<Record<keyof AlertRow, unknown>>;
}

type AlertColumns = Pick<AlertRow, 'tenant' | 'uid' | 'video' | 'alertTimestampMicros' | 'store'> & {
  readonly labels?: readonly string[] | null | undefined;
};

export function toAlert(row: AlertColumns): Alert {
  const { tenant, uid, video, store, alertTimestampMicros: timestampMicros, labels } = row;
  const alert = { tenant, uid, video, timestampMicros, store };
  return labels ? { ...alert, labels: Object.fromEntries(labels.map(splitLabel)) } : alert;
}

/** No key has an equals sign. */
function splitLabel(text: string): readonly [key: string, value: string] {
  const end = text.indexOf('=');
  return [text.slice(0, end), text.slice(end + 1)];
}

export function toReceived(row: AlertRow): ReceivedAlert {
  return { alert: toAlert(row), receivedAt: row.receivedAt, traceId: row.traceId };
}

export function toRecord(row: AlertRow): AlertRecord {
  const received = toReceived(row);
  const outcome = toOutcome(row);
  if (outcome === undefined) return { ...received, ...toRetry(row) };
  return {
    ...received,
    outcome,
    effort: EFFORT_COLUMNS.fromRow(row),
    processedAt: requireColumn(row.processedAt),
    sequence: requireColumn(row.outcomeSequence),
  };
}

function toRetry(row: AlertRow): Pick<PendingAlert, 'retry'> {
  const { retryAttempts: attempts, lastFailureCode: code, lastFailureMessage, nextAttemptAt } = row;
  if (!attempts || !code || !nextAttemptAt) return {};
  return { retry: { attempts, lastFailure: { code, message: lastFailureMessage ?? '' }, nextAttemptAt } };
}

function toOutcome(row: AlertRow): Outcome | undefined {
  if (row.status === 'RECEIVED') return undefined;
  if (row.status === 'PROCESSED') return { status: row.status, media: toMedia(row) };
  return {
    status: row.status,
    failure: { code: requireColumn(row.failureCode), message: row.failureMessage ?? '' },
  };
}

function toMediaColumns({ video, audio, ...media }: Media) {
  return {
    ...MEDIA_COLUMNS.toColumns(media),
    ...VIDEO_COLUMNS.toColumns(video),
    ...(audio !== null && AUDIO_COLUMNS.toColumns(audio)),
  };
}

function toMedia(row: AlertRow): Media {
  const hasAudio = row.audioCodec !== null && row.audioCodec !== undefined;
  return {
    ...MEDIA_COLUMNS.fromRow(row),
    video: VIDEO_COLUMNS.fromRow(row),
    audio: hasAudio ? AUDIO_COLUMNS.fromRow(row) : null,
  };
}
