import type { WantedRange } from '@vigie/media-source';
import { type PosterOptions, poster } from '../ts/poster.ts';
import type { PosterAnswer } from '../ts/poster-answer.ts';
import { type FileReadOptions, readFileUntilKnown } from './read-file-until-known.ts';

export interface FilePoster {
  readonly answer: Exclude<PosterAnswer, { kind: 'need' }>;
  /** What was read, in order. */
  readonly reads: readonly WantedRange[];
}

export interface FilePosterOptions extends PosterOptions, FileReadOptions {}

/** Makes the poster of a local file by ranged reads. */
export function posterOfFile(path: string, options: FilePosterOptions = {}): Promise<FilePoster> {
  return readFileUntilKnown(path, options, file => poster(file, options));
}
