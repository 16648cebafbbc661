import type { Alert } from '@vigie/alert';

/** A way for alerts into the mesh. */
export interface EntryPoint {
  /** Resolves once the alert is accepted. @throws RefusedError */
  send(alert: Alert): Promise<void>;
}

/** The mesh didn't take an alert, or gave no answer. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  /** An HTTP status, a gRPC code, or `no answer`. */
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(`refused: ${code}`, { cause });
    this.code = code;
  }
}

/** Longer than the mesh's own retries take, shorter than a person waits. */
export const ANSWER_TIMEOUT_MS = 10_000;
