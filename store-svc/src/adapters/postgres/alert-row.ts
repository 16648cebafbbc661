import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type {
  AlertStatus,
  AudioTrack,
  DurationSource,
  FailureCode,
  FinishedAlert,
  Media,
  VideoTrack,
} from '@vigie/alert';
import { MicrosType } from '@vigie/postgres/values';
import { columnGroupOf } from './column-group.ts';

const text = () => p.text().nullable();
/** 64 bits for every whole number: what a file claims of itself must never be too large for its row. */
const count = () => p.bigint('number').nullable();
const real = () => p.double().$type<number>().nullable();
const flag = () => p.boolean().nullable();

export const MEDIA_COLUMNS = columnGroupOf<Omit<Media, 'video' | 'audio'>>()(
  '',
  {
    container: text(),
    videoStreams: count(),
    coverArtStreams: count(),
    audioStreams: count(),
    truncated: flag(),
    moovAtEnd: flag(),
    fragmented: flag(),
  },
  {
    sizeBytes: count(),
    durationSeconds: real(),
    durationSource: p.text().$type<DurationSource>().nullable(),
    bitRate: real(),
  },
);

export const VIDEO_COLUMNS = columnGroupOf<VideoTrack>()(
  'video',
  {
    codec: text(),
    width: count().fieldName('width'),
    height: count().fieldName('height'),
    displayWidth: count().fieldName('display_width'),
    displayHeight: count().fieldName('display_height'),
    rotation: real().fieldName('rotation'),
    hdr: flag().fieldName('hdr'),
  },
  {
    profile: text(),
    sampleAspectRatio: text().fieldName('sample_aspect_ratio'),
    frameRate: real().fieldName('frame_rate'),
    pixelFormat: text().fieldName('pixel_format'),
    colorPrimaries: text().fieldName('color_primaries'),
    colorTransfer: text().fieldName('color_transfer'),
    colorSpace: text().fieldName('color_space'),
    colorRange: text().fieldName('color_range'),
    bitRate: real(),
  },
);

export const AUDIO_COLUMNS = columnGroupOf<AudioTrack>()(
  'audio',
  { codec: text() },
  { sampleRate: count(), channels: count() },
);

export const EFFORT_COLUMNS = columnGroupOf<FinishedAlert['effort']>()(
  '',
  { attempts: count(), bytesRead: count(), requests: count(), elapsedMs: real() },
  {},
);

/** What an alert brings when it is received. */
const receivedProperties = {
  tenant: p.text().primary(),
  uid: p.text().primary(),
  video: p.text(),
  alertTimestampMicros: p.type(MicrosType).$type<number>().fieldName('timestamp'),
  store: p.text(),
  status: p.text().$type<AlertStatus>(),
  traceId: p.text(),
  receivedAt: p.datetime(6),
  alertSequence: p.bigint('number'),
  /** Each as `key=value`. */
  labels: p.array().nullable(),
};

/** What its outcome adds; `status` changes with it. */
const outcomeProperties = {
  failureCode: p.text().$type<FailureCode>().nullable(),
  failureMessage: text(),
  ...MEDIA_COLUMNS.columns,
  ...VIDEO_COLUMNS.columns,
  ...AUDIO_COLUMNS.columns,
  ...EFFORT_COLUMNS.columns,
  processedAt: p.datetime(6).nullable(),
  outcomeSequence: count().fieldName('sequence'),
};

/** What was tried so far while there is no outcome. */
const retryProperties = {
  retryAttempts: count(),
  lastFailureCode: p.text().$type<FailureCode>().nullable(),
  lastFailureMessage: text(),
  nextAttemptAt: p.datetime(6).nullable(),
};

/** Where the outcome is to come from, if it isn't the first message of the alert. */
const awaitingProperties = {
  awaitedSequence: count(),
};

/** When the row was brought back from an archive. */
const restoredProperties = {
  restoredAt: p.datetime(3).nullable(),
};

/**
 * The table `alerts`: one row a uid, flat, so that `psql` reads well. Microseconds are exact in `timestamp`; the
 * two times of Vigie's own are milliseconds.
 */
export const AlertRow = defineEntity({
  name: 'AlertRow',
  tableName: 'alerts',
  properties: {
    ...receivedProperties,
    ...outcomeProperties,
    ...retryProperties,
    ...awaitingProperties,
    ...restoredProperties,
  },
});

export type AlertRow = InferEntity<typeof AlertRow>;

export const RECEIVED_PROPERTIES = Object.keys(receivedProperties) as (keyof typeof receivedProperties)[];
export const RETRY_PROPERTIES = Object.keys(retryProperties) as (keyof typeof retryProperties)[];
export const OUTCOME_PROPERTIES = Object.keys(outcomeProperties) as (keyof typeof outcomeProperties)[];
