export interface SigningKey {
  readonly kid: string;
  /** Of Ed25519; 32 bytes. */
  readonly publicKey: Buffer;
  /** Sealed by whoever made it. */
  readonly privateKey: Buffer;
}

export interface KeptSigningKey extends Omit<SigningKey, 'privateKey'> {
  /** Undefined once nobody signs with it any more. */
  readonly privateKey: Buffer | undefined;
  readonly ageMs: number;
  /** Whether its time to sign has come. */
  readonly maySign: boolean;
}

/**
 * The keys that sign access tokens, for all replicas and by one clock, the store's.
 *
 * Every method throws DatabaseError if the store can't do it now and trying again makes sense.
 */
export interface SigningKeyStore {
  /**
   * The latest first.
   *
   * @param keepMs how long a key is listed after the next one has taken its place
   */
  list(keepMs: number): Promise<readonly KeptSigningKey[]>;

  /**
   * Adds a key, unless another replica has added one meanwhile, and forgets how to sign with those before the last.
   *
   * @param latest the latest key that is known
   * @param delayMs from when on it signs
   */
  add(key: SigningKey, latest: string | undefined, delayMs: number): Promise<void>;
}
