import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';

/** A fact that is left out is not compared; one that is null must be absent. */
export interface ExpectedOutcome {
  status: 'PROCESSED' | 'FAILED' | 'QUARANTINED';
  failureCode?: string | null;
  container?: string | null;
  codec?: string | null;
  width?: number | null;
  height?: number | null;
  /** Degrees, -180 to 180. */
  rotation?: number | null;
  frameRate?: number | null;
  durationSeconds?: number | null;
  audioCodec?: string | null;
}

export interface SampleVideo {
  file: string;
  expected: ExpectedOutcome;
}

export async function readSampleVideos(): Promise<SampleVideo[]> {
  return JSON.parse(await readFile(path.join(PROJECT_DIR, 'nginx/sample-videos.json'), 'utf8'));
}
