import type { Alert } from '@vigie/mesh/alert/alert.ts';
import type { FinishedAlert, Outcome, ReceivedAlert } from '@vigie/mesh/alert/alert-record.ts';
import type { Media } from '@vigie/mesh/alert/media.ts';

/** Microseconds that no JavaScript Date and no double of seconds with three digits can hold. */
export const SAMPLE_MICROS = 1_748_871_320_680_001;

export const SAMPLE_MEDIA: Media = {
  container: 'mov',
  sizeBytes: 5_000_000_000,
  video: {
    codec: 'h264',
    profile: 'High',
    width: 1920,
    height: 1080,
    displayWidth: 1080,
    displayHeight: 1920,
    rotation: -90,
    sampleAspectRatio: '1:1',
    frameRate: 29.97,
    pixelFormat: 'yuv420p',
    colorPrimaries: 'bt709',
    colorTransfer: 'bt709',
    colorSpace: 'bt709',
    colorRange: 'tv',
    hdr: true,
    bitRate: 4_000_000.5,
  },
  audio: { codec: 'aac', sampleRate: 48_000, channels: 2 },
  durationSeconds: 12.345,
  durationSource: 'header',
  bitRate: 4_100_000,
  videoStreams: 1,
  coverArtStreams: 2,
  audioStreams: 1,
  truncated: true,
  moovAtEnd: true,
  fragmented: true,
};

/** All that a file may leave unsaid is unsaid. */
export const SPARSE_MEDIA: Media = {
  ...SAMPLE_MEDIA,
  sizeBytes: null,
  video: {
    ...SAMPLE_MEDIA.video,
    profile: null,
    sampleAspectRatio: null,
    frameRate: null,
    pixelFormat: null,
    colorPrimaries: null,
    colorTransfer: null,
    colorSpace: null,
    colorRange: null,
    hdr: false,
    bitRate: null,
  },
  audio: null,
  durationSeconds: null,
  durationSource: null,
  bitRate: null,
  truncated: false,
  moovAtEnd: false,
  fragmented: false,
};

export const PROCESSED: Outcome = { status: 'PROCESSED', media: SAMPLE_MEDIA };
export const FAILED: Outcome = {
  status: 'FAILED',
  failure: { code: 'NOT_A_VIDEO', message: `it's "HTML", ends in \\ and asks ?` },
};
export const QUARANTINED: Outcome = {
  status: 'QUARANTINED',
  failure: { code: 'VIDEO_UNREACHABLE', message: 'gave up' },
};

export function receivedAlert(uid: string, alert: Partial<Alert> = {}): ReceivedAlert {
  return {
    alert: { uid, video: '/videos/a.mp4', timestampMicros: SAMPLE_MICROS, store: 'store-42', ...alert },
    receivedAt: new Date('2025-06-02T13:35:21.123Z'),
    traceId: '0af7651916cd43dd8448eb211c80319c',
  };
}

export function finishedAlert(
  received: ReceivedAlert,
  outcome: Outcome = PROCESSED,
  processedAt = '2025-06-02T13:35:22.456Z',
): FinishedAlert {
  return {
    ...received,
    outcome,
    effort: { attempts: 1, bytesRead: 32_768, requests: 1, elapsedMs: 3.25 },
    processedAt: new Date(processedAt),
  };
}
