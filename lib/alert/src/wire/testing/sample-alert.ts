import type { FinishedAlert } from '../../alert-record.ts';
import { SAMPLE_MEDIA } from './sample-media.ts';

/** An alert with every field set. */
export const PROCESSED_ALERT: FinishedAlert = {
  alert: {
    tenant: 'default',
    uid: 'a-1',
    video: '/videos/a.mp4',
    timestampMicros: 1748871320683412,
    store: 'store-42',
    labels: { camera: '3', 'site/door': 'north' },
  },
  receivedAt: new Date('2026-01-02T03:04:05.678Z'),
  traceId: '0123456789abcdef0123456789abcdef',
  outcome: { status: 'PROCESSED', media: SAMPLE_MEDIA },
  effort: { attempts: 2, bytesRead: 65_536, requests: 2, elapsedMs: 3.25 },
  processedAt: new Date('2026-01-02T03:04:06.789Z'),
  sequence: 42,
};
