import type { Alert, AlertRecord, FinishedAlert, Media, Outcome, ReceivedAlert } from '@vigie/alert';
import type { AlertArrival } from '../../domain/alert-arrival.ts';
import type { AlertRow } from './alert-row.ts';
import { toTimestampText } from './timestamp-text.ts';

/** A row as JSON has it: times are text that Postgres reads. */
export function toReceivedRow({ received: { alert, receivedAt, traceId }, sequence }: AlertArrival) {
  return {
    uid: alert.uid,
    video: alert.video,
    alertTimestampMicros: toTimestampText(alert.timestampMicros),
    store: alert.store,
    status: 'RECEIVED' as const,
    traceId,
    receivedAt: receivedAt.toISOString(),
    alertSequence: sequence,
  };
}

export const RECEIVED_COLUMNS = [
  'uid',
  'video',
  'alertTimestampMicros',
  'store',
  'status',
  'traceId',
  'receivedAt',
  'alertSequence',
] as const satisfies readonly (keyof ReturnType<typeof toReceivedRow>)[];

/** What an outcome writes onto the row of its alert, as JSON has it. */
export function toOutcomeRow({ alert, outcome, effort, processedAt, sequence }: FinishedAlert) {
  return {
    uid: alert.uid,
    status: outcome.status,
    failureCode: outcome.status === 'PROCESSED' ? null : outcome.failure.code,
    failureMessage: outcome.status === 'PROCESSED' ? null : outcome.failure.message,
    // Absent in JSON is null in the row: one that was PROCESSED and is probed again loses what it said of the video.
    ...(outcome.status === 'PROCESSED' && toMediaColumns(outcome.media)),
    attempts: effort.attempts,
    bytesRead: effort.bytesRead,
    requests: effort.requests,
    probeMs: effort.elapsedMs,
    processedAt: processedAt.toISOString(),
    outcomeSequence: sequence,
  };
}

export function toAlert(row: Pick<AlertRow, 'uid' | 'video' | 'alertTimestampMicros' | 'store'>): Alert {
  return { uid: row.uid, video: row.video, timestampMicros: row.alertTimestampMicros, store: row.store };
}

export function toRecord(row: AlertRow): AlertRecord {
  const received: ReceivedAlert = {
    alert: toAlert(row),
    receivedAt: row.receivedAt,
    traceId: row.traceId,
  };
  const outcome = toOutcome(row);
  if (outcome === undefined) return received;
  return {
    ...received,
    outcome,
    effort: {
      attempts: known(row.attempts),
      bytesRead: known(row.bytesRead),
      requests: known(row.requests),
      elapsedMs: known(row.probeMs),
    },
    processedAt: known(row.processedAt),
    sequence: known(row.outcomeSequence),
  };
}

function toOutcome(row: AlertRow): Outcome | undefined {
  if (row.status === 'RECEIVED') return undefined;
  if (row.status === 'PROCESSED') return { status: row.status, media: toMedia(row) };
  return {
    status: row.status,
    failure: { code: known(row.failureCode), message: row.failureMessage ?? '' },
  };
}

function toMediaColumns({ video, audio, ...media }: Media) {
  return {
    container: media.container,
    sizeBytes: media.sizeBytes,
    videoCodec: video.codec,
    videoProfile: video.profile,
    width: video.width,
    height: video.height,
    displayWidth: video.displayWidth,
    displayHeight: video.displayHeight,
    rotation: video.rotation,
    sampleAspectRatio: video.sampleAspectRatio,
    frameRate: video.frameRate,
    pixelFormat: video.pixelFormat,
    colorPrimaries: video.colorPrimaries,
    colorTransfer: video.colorTransfer,
    colorSpace: video.colorSpace,
    colorRange: video.colorRange,
    hdr: video.hdr,
    videoBitRate: video.bitRate,
    audioCodec: audio?.codec ?? null,
    audioSampleRate: audio?.sampleRate ?? null,
    audioChannels: audio?.channels ?? null,
    durationSeconds: media.durationSeconds,
    durationSource: media.durationSource,
    bitRate: media.bitRate,
    videoStreams: media.videoStreams,
    coverArtStreams: media.coverArtStreams,
    audioStreams: media.audioStreams,
    truncated: media.truncated,
    moovAtEnd: media.moovAtEnd,
    fragmented: media.fragmented,
  };
}

export const OUTCOME_COLUMNS = [
  'status',
  'failureCode',
  'failureMessage',
  'container',
  'sizeBytes',
  'videoCodec',
  'videoProfile',
  'width',
  'height',
  'displayWidth',
  'displayHeight',
  'rotation',
  'sampleAspectRatio',
  'frameRate',
  'pixelFormat',
  'colorPrimaries',
  'colorTransfer',
  'colorSpace',
  'colorRange',
  'hdr',
  'videoBitRate',
  'audioCodec',
  'audioSampleRate',
  'audioChannels',
  'durationSeconds',
  'durationSource',
  'bitRate',
  'videoStreams',
  'coverArtStreams',
  'audioStreams',
  'truncated',
  'moovAtEnd',
  'fragmented',
  'attempts',
  'bytesRead',
  'requests',
  'probeMs',
  'processedAt',
  'outcomeSequence',
] as const satisfies readonly Exclude<keyof ReturnType<typeof toOutcomeRow>, 'uid'>[];

function toMedia(row: AlertRow): Media {
  return {
    container: known(row.container),
    sizeBytes: absent(row.sizeBytes),
    video: {
      codec: known(row.videoCodec),
      profile: absent(row.videoProfile),
      width: known(row.width),
      height: known(row.height),
      displayWidth: known(row.displayWidth),
      displayHeight: known(row.displayHeight),
      rotation: known(row.rotation),
      sampleAspectRatio: absent(row.sampleAspectRatio),
      frameRate: absent(row.frameRate),
      pixelFormat: absent(row.pixelFormat),
      colorPrimaries: absent(row.colorPrimaries),
      colorTransfer: absent(row.colorTransfer),
      colorSpace: absent(row.colorSpace),
      colorRange: absent(row.colorRange),
      hdr: known(row.hdr),
      bitRate: absent(row.videoBitRate),
    },
    audio:
      row.audioCodec === null || row.audioCodec === undefined
        ? null
        : {
            codec: row.audioCodec,
            sampleRate: absent(row.audioSampleRate),
            channels: absent(row.audioChannels),
          },
    durationSeconds: absent(row.durationSeconds),
    durationSource: absent(row.durationSource),
    bitRate: absent(row.bitRate),
    videoStreams: known(row.videoStreams),
    coverArtStreams: known(row.coverArtStreams),
    audioStreams: known(row.audioStreams),
    truncated: known(row.truncated),
    moovAtEnd: known(row.moovAtEnd),
    fragmented: known(row.fragmented),
  };
}

function absent<T>(value: T | null | undefined): T | null {
  return value ?? null;
}

/** A column that the row's status requires; the table's checks hold the rule. */
function known<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('A row of alerts lacks what its status requires.');
  return value;
}
