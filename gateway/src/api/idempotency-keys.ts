/** An attempt to carry a request out under its Idempotency-Key. */
export interface KeyAttempt {
  /** Keys of two callers have nothing to do with one another. */
  readonly caller: string;
  readonly key: string;
  readonly leaseId: string;
}

export interface KeptAnswer {
  /** Of HTTP. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined if it was too large to be kept. */
  readonly body: Uint8Array | undefined;
}

/** A body that is larger is not kept. */
export const MAX_KEPT_BYTES = 1024 * 1024;

/** What a request that comes with a key finds. */
export type KeyState =
  /** It is to be carried out. */
  | { readonly kind: 'BEGUN' }
  /** The same request is under way. */
  | { readonly kind: 'IN_PROGRESS' }
  /** The same request was carried out. */
  | { readonly kind: 'ANSWERED'; readonly answer: KeptAnswer }
  /** The key is that of another request. */
  | { readonly kind: 'OTHER_REQUEST' };

/** Which requests were carried out under their keys; all gateways share it. Every failure is a `ConnectError`. */
export interface IdempotencyKeys {
  /**
   * Takes a key for an attempt, unless another one has it.
   *
   * @param fingerprint equal for equal requests
   * @param leaseMs for how long, if the attempt neither finishes nor releases
   */
  begin(attempt: KeyAttempt, fingerprint: Uint8Array, leaseMs: number): Promise<KeyState>;

  /** Keeps what a request was answered for those that repeat it. */
  finish(attempt: KeyAttempt, answer: KeptAnswer): Promise<void>;

  /** Leaves the key to any request, as if it had never been used. */
  release(attempt: KeyAttempt): Promise<void>;
}
