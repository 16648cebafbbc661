import type { FailureCode, FinalStatus } from '@vigie/alert';
import { readSampleVideos } from '@vigie/dev-env/start';

/** How every alert for a video must end, whatever the video server said in between. */
export interface ExpectedEnd {
  readonly status: FinalStatus;
  /** Null for PROCESSED. */
  readonly failureCode: FailureCode | null;
}

export interface ChaosVideo {
  /** As an alert names it. */
  readonly path: string;
  readonly end: ExpectedEnd;
}

export interface ChaosVideos {
  readonly good: readonly ChaosVideo[];
  readonly bad: readonly ChaosVideo[];
  /** Never uploaded. */
  readonly missing: ChaosVideo;
  /** Its server answers 500 for ever. */
  readonly unreachable: ChaosVideo;
}

export async function readChaosVideos(): Promise<ChaosVideos> {
  const samples = (await readSampleVideos()).map(({ file, expected }): ChaosVideo => {
    const failureCode = (expected.failureCode ?? null) as FailureCode | null;
    return { path: `/videos/${file}`, end: { status: expected.status, failureCode } };
  });
  return {
    good: samples.filter(({ end }) => end.status === 'PROCESSED'),
    bad: samples.filter(({ end }) => end.status !== 'PROCESSED'),
    missing: { path: '/videos/never-uploaded.mp4', end: { status: 'FAILED', failureCode: 'VIDEO_NOT_FOUND' } },
    unreachable: { path: '/videos/unreachable.mp4', end: { status: 'QUARANTINED', failureCode: 'VIDEO_UNREACHABLE' } },
  };
}
