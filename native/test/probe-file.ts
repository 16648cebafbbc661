import type { WantedRange } from '@vigie/media-source';
import { probe } from '../ts/probe.ts';
import type { ProbeAnswer } from '../ts/probe-answer.ts';
import type { ProbeOptions } from '../ts/probe-input.ts';
import { type FileReadOptions, readFileUntilKnown } from './read-file-until-known.ts';

export interface FileProbe {
  readonly answer: Exclude<ProbeAnswer, { kind: 'need' }>;
  readonly requests: number;
  readonly bytesRead: number;
  /** In the order they were asked for, as long as the file had them. */
  readonly ranges: readonly WantedRange[];
}

export interface FileProbeOptions extends ProbeOptions, FileReadOptions {}

/** Probes a local file by ranged reads, as probe-svc does over HTTP. */
export async function probeFile(path: string, options: FileProbeOptions = {}): Promise<FileProbe> {
  const { answer, reads } = await readFileUntilKnown(path, options, file => probe(file, options));
  const bytesRead = reads.reduce((sum, { lengthBytes }) => sum + lengthBytes, 0);
  return { answer, requests: reads.length, bytesRead, ranges: reads };
}
