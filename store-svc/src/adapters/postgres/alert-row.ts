import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { AlertStatus, DurationSource, FailureCode } from '@vigie/alert';
import { MicrosType } from './micros-type.ts';

/** 64 bits for every whole number: what a file claims of itself must never be too large for its row. */
const count = () => p.bigint('number');
const real = () => p.double().$type<number>();

/**
 * The table `alerts`: one row a uid, flat, so that `psql` reads well. Microseconds are exact in `alert_timestamp`; the two
 * times of Vigie's own are milliseconds.
 */
export const AlertRow = defineEntity({
  name: 'AlertRow',
  tableName: 'alerts',
  properties: {
    uid: p.text().primary(),
    video: p.text(),
    alertTimestampMicros: p.type(MicrosType).$type<number>().fieldName('alert_timestamp'),
    store: p.text(),
    status: p.text().$type<AlertStatus>(),
    failureCode: p.text().$type<FailureCode>().nullable(),
    failureMessage: p.text().nullable(),

    container: p.text().nullable(),
    sizeBytes: count().nullable(),
    videoCodec: p.text().nullable(),
    videoProfile: p.text().nullable(),
    width: count().nullable(),
    height: count().nullable(),
    displayWidth: count().nullable(),
    displayHeight: count().nullable(),
    rotation: real().nullable(),
    sampleAspectRatio: p.text().nullable(),
    frameRate: real().nullable(),
    pixelFormat: p.text().nullable(),
    colorPrimaries: p.text().nullable(),
    colorTransfer: p.text().nullable(),
    colorSpace: p.text().nullable(),
    colorRange: p.text().nullable(),
    hdr: p.boolean().nullable(),
    videoBitRate: real().nullable(),
    audioCodec: p.text().nullable(),
    audioSampleRate: count().nullable(),
    audioChannels: count().nullable(),
    durationSeconds: real().nullable(),
    durationSource: p.text().$type<DurationSource>().nullable(),
    bitRate: real().nullable(),
    videoStreams: count().nullable(),
    coverArtStreams: count().nullable(),
    audioStreams: count().nullable(),
    truncated: p.boolean().nullable(),
    moovAtEnd: p.boolean().nullable(),
    fragmented: p.boolean().nullable(),

    attempts: count().nullable(),
    bytesRead: count().nullable(),
    requests: count().nullable(),
    probeMs: real().nullable(),
    traceId: p.text(),
    alertSequence: count(),
    receivedAt: p.datetime(6),
    processedAt: p.datetime(6).nullable(),
    outcomeSequence: count().nullable(),
  },
});

export type AlertRow = InferEntity<typeof AlertRow>;
