import type { Failure, Media } from '@vigie/alert';
import type { InspectOptions, Need, SparseFile } from '@vigie/media-source';

/** Finds out what a video is from the bytes in memory. */
export interface HeaderProbe {
  /**
   * What the file is, or which further range would say it. Keeps nothing between calls, so the file may grow after it.
   *
   * Rejects with the signal's reason when that aborts.
   */
  probe(file: SparseFile, options: InspectOptions): Promise<HeaderAnswer>;
}

export type HeaderAnswer =
  | Need
  /** `diagnostics`: what the demuxer logged. */
  | { readonly kind: 'media'; readonly media: Media; readonly diagnostics: readonly string[] }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly diagnostics: readonly string[] };
