import { hash } from 'node:crypto';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { AccessError } from '../access-error.ts';
import type { ExpiringIdentity, TokenVerifier } from '../identity.ts';
import { isScope } from '../scopes.ts';
import { findJwksUrl } from './find-jwks-url.ts';
import { subjectName } from './subject-name.ts';

export interface OidcOptions {
  /** As `iss` of the tokens has it. */
  readonly issuer: string;
  /** One that `aud` of a token has to name. */
  readonly audience: string;
  /** Where the issuer's keys are; found by its discovery document if absent. */
  readonly jwksUrl?: string | undefined;
  /** Of JWS: asymmetric ones alone. */
  readonly algorithms: readonly string[];
  /** The claim that names scopes: a text with spaces between them (RFC 8693, section 4.2), or a list. */
  readonly scopeClaim: string;
}

const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Clocks differ. */
const TOLERANCE_SECONDS = 10;
/** The caller waits meanwhile. */
const TIMEOUT_MS = 2_000;
/** Between two looks for a key that isn't known: a new one is known after so long, and nobody can make us ask more. */
const COOLDOWN_MS = 5_000;
/** A key that the issuer has withdrawn is no longer taken after so long. */
const MAX_AGE_MS = 5 * 60_000;
/** So long a token isn't verified again, which takes some 100 µs. */
const FRESH_MS = 30_000;
const MAX_TOKENS = 10_000;

/** Access tokens of an outside issuer: JWTs (RFC 9068), by the keys that it publishes. */
export class OidcTokens implements TokenVerifier {
  readonly #options: OidcOptions;
  readonly #known = new LRUCache<string, ExpiringIdentity>({ max: MAX_TOKENS, ttl: FRESH_MS });
  #keys: Promise<JWTVerifyGetKey> | undefined;

  constructor(options: OidcOptions) {
    this.#options = options;
  }

  recognizes(token: string): boolean {
    return JWT.test(token);
  }

  async identify(token: string): Promise<ExpiringIdentity> {
    const key = hash('sha256', token, 'base64');
    const identity = this.#known.get(key) ?? (await this.#verify(token));
    this.#known.set(key, identity, { noUpdateTTL: true });
    return identity;
  }

  async #verify(token: string): Promise<ExpiringIdentity> {
    const { issuer, audience, algorithms } = this.#options;
    try {
      const { payload } = await jwtVerify(token, await this.#openKeys(), {
        ...{ issuer, audience, algorithms: [...algorithms] },
        ...{ clockTolerance: TOLERANCE_SECONDS, requiredClaims: ['exp', 'sub'] },
      });
      return this.#toIdentity(payload);
    } catch (error) {
      throw toAccessError(error);
    }
  }

  #toIdentity(payload: JWTPayload): ExpiringIdentity {
    const claim = payload[this.#options.scopeClaim];
    const named = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim.map(String) : [];
    return {
      subject: `oidc:${subjectName(payload.sub as string)}`,
      isAnonymous: false,
      scopes: named.filter(isScope),
      stores: undefined,
      expiresAtMs: ((payload.exp as number) + TOLERANCE_SECONDS) * 1_000,
    };
  }

  /** Looked for until it is found. */
  #openKeys(): Promise<JWTVerifyGetKey> {
    this.#keys ??= this.#findKeys().catch(error => {
      this.#keys = undefined;
      throw error;
    });
    return this.#keys;
  }

  async #findKeys(): Promise<JWTVerifyGetKey> {
    const { jwksUrl, issuer } = this.#options;
    const url = jwksUrl ?? (await findJwksUrl(issuer, AbortSignal.timeout(TIMEOUT_MS)));
    const times = { timeoutDuration: TIMEOUT_MS, cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS };
    return createRemoteJWKSet(new URL(url), times);
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
  const message = error instanceof errors.JOSEError ? WRONG[error.code] : undefined;
  if (message !== undefined) return new AccessError('CREDENTIALS_INVALID', message, { cause: error });
  return new AccessError('ISSUER_UNREACHABLE', "The issuer of tokens can't be asked for its keys now; try again.", {
    cause: error,
  });
}
