import { hash } from 'node:crypto';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { AccessError } from '../access-error.ts';
import type { ExpiringIdentity, Identity, TokenVerifier } from '../identity.ts';

export interface JwtOptions {
  /** As `iss` of the tokens has it. */
  readonly issuer: string;
  /** One that `aud` of a token has to name. */
  readonly audience: string;
  /** Of JWS: asymmetric ones alone. */
  readonly algorithms: readonly string[];
  /** The type that tokens have to say they are; any if absent. */
  readonly typ?: string;
  /** Finds the issuer's keys. Asked again while it throws. */
  readonly findKeys: () => Promise<JWTVerifyGetKey>;
  /** @param claims with `sub` */
  readonly toIdentity: (claims: JWTPayload) => Identity;
}

/** Of the keys of an issuer, for jose: the caller waits meanwhile. */
export const KEY_TIMES = {
  timeoutDuration: 2_000,
  /** Between two looks for a key that isn't known: a new one is known then, and nobody can make us ask more often. */
  cooldownDuration: 5_000,
  /** A key that the issuer has withdrawn is no longer taken after so long. */
  cacheMaxAge: 5 * 60_000,
} as const;

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Clocks differ. */
const TOLERANCE_SECONDS = 10;
/** So long a token isn't verified again, which takes some 100 µs. */
const FRESH_MS = 30_000;
const MAX_TOKENS = 10_000;

/** Access tokens of one issuer: JWTs (RFC 9068), by the keys that it publishes. */
export class JwtTokens implements TokenVerifier {
  readonly #options: JwtOptions;
  readonly #known = new LRUCache<string, ExpiringIdentity>({ max: MAX_TOKENS, ttl: FRESH_MS });
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(options: JwtOptions) {
    this.#options = options;
  }

  recognizes(token: string): boolean {
    return JWT.test(token);
  }

  async identify(token: string): Promise<ExpiringIdentity> {
    const key = hash('sha256', token, 'base64');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const identity = await this.#verify(token);
    this.#known.set(key, identity);
    return identity;
  }

  async #verify(token: string): Promise<ExpiringIdentity> {
    const { issuer, audience, algorithms, typ, toIdentity } = this.#options;
    try {
      const { payload } = await jwtVerify(token, await this.#openKeys(), {
        ...{ issuer, audience, algorithms: [...algorithms], ...(typ !== undefined && { typ }) },
        ...{ clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] },
      });
      const expiresAtMs = ((payload.exp as number) + TOLERANCE_SECONDS) * 1_000;
      return { ...toIdentity(payload), expiresAtMs };
    } catch (error) {
      throw toAccessError(error);
    }
  }

  #openKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#options.findKeys().catch(error => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }
}

const WRONG: Readonly<Record<string, string>> = {
  [errors.JWTExpired.code]: 'The token has expired: get another.',
  [errors.JWTClaimValidationFailed.code]: 'The token is not for here: another issuer, another audience, or not yet.',
  [errors.JWKSNoMatchingKey.code]: 'The token is signed by no key of its issuer.',
  [errors.JWSSignatureVerificationFailed.code]: 'The token is signed by no key of its issuer.',
  [errors.JOSEAlgNotAllowed.code]: 'The token is signed by an algorithm that is not taken here.',
  [errors.JWTInvalid.code]: 'The token is malformed.',
  [errors.JWSInvalid.code]: 'The token is malformed.',
};

function toAccessError(error: unknown): AccessError {
  if (error instanceof AccessError) return error;
  const message = error instanceof errors.JOSEError ? WRONG[error.code] : undefined;
  if (message !== undefined) return new AccessError('CREDENTIALS_INVALID', message, { cause: error });
  return new AccessError('ISSUER_UNREACHABLE', "The issuer of tokens can't be asked for its keys now; try again.", {
    cause: error,
  });
}
