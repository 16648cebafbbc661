import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ProcessedSample {
  readonly status: 'PROCESSED';
  readonly container: string;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly rotation: number;
  readonly frameRate: number;
  readonly durationSeconds: number;
  readonly audioCodec: string | null;
}

export interface FailedSample {
  readonly status: 'FAILED';
  readonly failureCode: string;
}

export interface Sample {
  readonly file: string;
  readonly expected: ProcessedSample | FailedSample;
}

const nginxFolder = new URL('../../nginx/', import.meta.url);

export const samples: readonly Sample[] = JSON.parse(readFileSync(new URL('sample-videos.json', nginxFolder), 'utf8'));

export function samplePath(file: string): string {
  return fileURLToPath(new URL(`videos/${file}`, nginxFolder));
}

export function readSample(file: string): Uint8Array {
  return new Uint8Array(readFileSync(samplePath(file)));
}
