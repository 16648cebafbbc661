import type { Failure, Media } from '@vigie/alert';
import type { InspectOptions, Need, SparseFile } from '@vigie/media-source';

/** Understands videos from the bytes that are there. */
export interface HeaderProbe {
  /**
   * What the file is, or which of its bytes would tell. Keeps nothing between calls, so the file may grow after it.
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
