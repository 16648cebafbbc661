import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { type Scope, USER_TOKENS } from '@vigie/access';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import type { UserName } from '../../domain/user.ts';
import type { AccessTokens, IssuedAccessToken } from '../../ports/access-tokens.ts';
import type { KeptSigningKey, SigningKey, SigningKeyStore } from '../../ports/signing-key-store.ts';

export interface JoseAccessTokensOptions {
  /** By which private keys are sealed where they are kept. */
  readonly secret: string;
  /** After so long a key is followed by another. */
  readonly rotateMs: number;
}

const LIFETIME_SECONDS = 15 * 60;
/** A key is published for as long as services go by the keys that they know, and more, before it signs. */
const PUBLISH_AHEAD_MS = 10 * 60_000;
/** The last token that a key has signed, and what clocks may differ by. */
const KEEP_MS = LIFETIME_SECONDS * 1_000 + 60_000;

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CURVE = { kty: 'OKP', crv: 'Ed25519' } as const;

interface Signer {
  readonly kid: string;
  /** Seed of Ed25519; 32 bytes. */
  readonly d: Buffer;
  readonly publicKey: Buffer;
}

/** JWTs (RFC 9068), signed with Ed25519 (RFC 8037). Keys are made, and followed by others, as tokens are issued. */
export class JoseAccessTokens implements AccessTokens {
  readonly #store: SigningKeyStore;
  readonly #sealingKey: Buffer;
  readonly #rotateMs: number;

  constructor(store: SigningKeyStore, { secret, rotateMs }: JoseAccessTokensOptions) {
    this.#store = store;
    this.#sealingKey = Buffer.from(hkdfSync('sha256', secret, '', 'vigie access.signing_keys', 32));
    this.#rotateMs = rotateMs;
  }

  async issue({ id, tenant }: UserName, scopes: readonly Scope[]): Promise<IssuedAccessToken> {
    const { kid, d, publicKey } = await this.#findSigner();
    const { issuer, audience, algorithm: alg, typ } = USER_TOKENS;
    const key = await importJWK({ ...CURVE, d: d.toString('base64url'), x: publicKey.toString('base64url') }, alg);
    const text = await new SignJWT({ scope: scopes.join(' '), tenant })
      .setProtectedHeader({ alg, typ, kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(id)
      .setJti(randomUUID())
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(key);
    return { text, lifetimeSeconds: LIFETIME_SECONDS };
  }

  readonly fetchSigningKeys = async (): Promise<string> => {
    const keys = (await this.#store.list(KEEP_MS)).map(({ kid, publicKey }) => ({
      ...{ ...CURVE, x: publicKey.toString('base64url') },
      ...{ kid, alg: USER_TOKENS.algorithm, use: 'sig' },
    }));
    return JSON.stringify({ keys });
  };

  async #findSigner(): Promise<Signer> {
    const keys = await this.#store.list(KEEP_MS);
    const [latest] = keys;
    const signer = this.#chooseSigner(keys);
    if (signer !== undefined) {
      if (latest !== undefined && latest.ageMs > this.#rotateMs) await this.#addKey(latest.kid, PUBLISH_AHEAD_MS);
      return signer;
    }
    // Those that are there were sealed by another secret: tokens don't wait until a new key is known everywhere.
    await this.#addKey(latest?.kid, 0);
    const added = this.#chooseSigner(await this.#store.list(KEEP_MS));
    if (added === undefined) throw new Error('replicas seal signing keys by different secrets: ACCESS_KEY_SECRET');
    return added;
  }

  async #addKey(latest: string | undefined, delayMs: number): Promise<void> {
    await this.#store.add(await this.#newKey(), latest, delayMs);
  }

  #chooseSigner(keys: readonly KeptSigningKey[]): Signer | undefined {
    return keys
      .filter(({ maySign }) => maySign)
      .flatMap(key => this.#open(key) ?? [])
      .at(0);
  }

  async #newKey(): Promise<SigningKey> {
    const { privateKey } = await generateKeyPair(USER_TOKENS.algorithm, { extractable: true });
    const { d = '', x = '' } = await exportJWK(privateKey);
    const kid = randomUUID();
    return { kid, publicKey: Buffer.from(x, 'base64url'), privateKey: this.#seal(kid, Buffer.from(d, 'base64url')) };
  }

  /** @returns IV, what is sealed, tag */
  #seal(kid: string, bytes: Buffer): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealingKey, iv).setAAD(Buffer.from(kid));
    return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  #open({ kid, publicKey, privateKey: sealed }: KeptSigningKey): Signer | undefined {
    if (sealed === undefined) return undefined;
    const decipher = createDecipheriv(CIPHER, this.#sealingKey, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    }).setAAD(Buffer.from(kid));
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      const d = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
      return { kid, d, publicKey };
    } catch {
      return undefined;
    }
  }
}
