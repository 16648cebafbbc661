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

/** Where a decoder that crashes harms nothing else. */
export interface ProbeIsolation {
  /** A probe of one file, which may grow between its calls. Disposing of it makes room for another file. */
  open(): IsolatedProbe;
}

/** Its calls throw an error if nothing could be learned about the file, because no place to probe it was to be had. */
export type IsolatedProbe = HeaderProbe & Disposable;

export type HeaderAnswer =
  | Need
  /** `diagnostics`: what the demuxer logged. */
  | { readonly kind: 'media'; readonly media: Media; readonly diagnostics: readonly string[] }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly diagnostics: readonly string[] };
