import { UnstorableError } from '../ports/alert-store.ts';

/** How rows are written together. */
export const STORE_BATCHES = {
  /** Larger statements are no faster and hold their locks longer. */
  maxSize: 500,
  isItemError: (error: unknown): boolean => error instanceof UnstorableError,
};
