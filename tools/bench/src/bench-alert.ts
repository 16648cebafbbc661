import { randomUUID } from 'node:crypto';
import { readSampleVideos } from '@vigie/dev-env/start';

/** An alert as clients send it. */
export interface BenchAlert {
  readonly uid: string;
  readonly video: string;
  readonly timestamp: number;
  readonly store: string;
}

export interface AcceptedAlert {
  readonly uid: string;
  /** `performance.now()` when the answer came. */
  readonly acceptedAt: number;
}

/** Alerts of the good sample videos in turn. */
export async function endlessAlerts(store: string): Promise<IteratorObject<BenchAlert>> {
  const videos = (await readSampleVideos()).filter(({ expected }) => expected.status === 'PROCESSED');
  const now = Date.now() / 1000;
  return (function* () {
    for (let index = 0; ; index++) {
      yield {
        uid: `bench-${randomUUID()}`,
        video: `/videos/${videos[index % videos.length]?.file}`,
        timestamp: now + index / 1e6,
        store,
      };
    }
  })();
}
