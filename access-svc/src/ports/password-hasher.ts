/** Hashes that are slow and large on purpose; few are worked out at a time, and others wait their turn. */
export interface PasswordHasher {
  /** @param signal of who waits; nobody works for who is gone */
  hash(password: string, signal: AbortSignal): Promise<string>;

  /** @param hash absent if there is none: false then, which takes as long */
  verify(password: string, hash: string | undefined, signal: AbortSignal): Promise<boolean>;

  /** Whether hashes are made in another way by now. */
  isOutdated(hash: string): boolean;
}
