import type { Media } from '@vigie/alert';
import { type FileProbeOptions, probeFile } from './probe-file.ts';

/** What a probe says of a local file that is a video. */
export async function mediaOfFile(path: string, options?: FileProbeOptions): Promise<Media> {
  const { answer } = await probeFile(path, options);
  if (answer.kind !== 'media') throw new Error(`expected media, got ${answer.code}: ${answer.message}`);
  return answer.media;
}
