import type { ByteRange } from '@vigie/media-source';
import type { HeaderAnswer } from '../../ports/header-probe.ts';

/** What the service sends: one question at a time. */
export interface ProbeQuestion {
  /** Whether it is about another file than the question before it. */
  readonly isNewFile: boolean;
  /** Those of the file that the child doesn't have yet. */
  readonly ranges: readonly ByteRange[];
  readonly sizeBytes: number | null;
  readonly timeoutMs: number;
}

/** What the child sends: `ready` once, then one reply a question. */
export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: HeaderAnswer }
  | { readonly kind: 'error'; readonly message: string };
