import type { AlertRecordJson } from './alert-record.ts';
import type { SampleOutcome } from './sample-alerts.ts';

/** Tolerances of values that each container rounds differently. */
const TOLERANCES: Readonly<Record<string, number>> = { durationSeconds: 0.05, frameRate: 0.01 };

/** What is not as expected in an outcome, in words; empty if everything is. */
export function findOutcomeDifferences({ sample: { expected }, record }: SampleOutcome): string[] {
  if (record === undefined) return ['no outcome in time'];
  const actual: Record<string, string | number | undefined> = flatten(record);
  const compared = Object.entries(expected).filter(([, wanted]) => wanted !== undefined);
  return compared
    .filter(([fact, wanted]) => !isSame(wanted, actual[fact], TOLERANCES[fact]))
    .map(([fact, wanted]) => `${fact} is ${actual[fact] ?? 'absent'}, not ${wanted ?? 'absent'}`);
}

function isSame(wanted: unknown, found: unknown, tolerance: number | undefined): boolean {
  if (wanted === null) return found === undefined;
  if (typeof wanted !== 'number' || typeof found !== 'number') return wanted === found;
  return Math.abs(wanted - found) <= (tolerance ?? 0);
}

function flatten({ status, media, failure }: AlertRecordJson) {
  const video = media?.video;
  return {
    status,
    failureCode: failure?.code,
    container: media?.container,
    codec: video?.codec,
    width: video?.width,
    height: video?.height,
    // proto3 JSON leaves a zero out.
    rotation: video && (video.rotation ?? 0),
    frameRate: video?.frameRate,
    durationSeconds: media?.durationSeconds,
    audioCodec: media?.audio?.codec,
  };
}
