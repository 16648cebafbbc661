import { hash, timingSafeEqual } from 'node:crypto';
import { AccessError } from './access-error.ts';
import { looksLikeApiKey, readApiKey } from './api-key.ts';
import {
  anonymousIdentity,
  type ExpiringIdentity,
  type Identity,
  SERVICE_IDENTITY,
  type TokenVerifier,
} from './identity.ts';
import { type BeforeAsking, type IdentifyApiKey, KnownKeys } from './known-keys.ts';
import { INTERNAL, includesScope, PUBLIC, type RequiredScope, type Scope } from './scopes.ts';

export interface AccessControlOptions {
  /** Whoever shows no credentials may do this. */
  readonly anonymousScopes: readonly Scope[];
  /** Shown by Vigie's own services; undefined where none of them calls. */
  readonly serviceSecret: string | undefined;
  readonly identifyApiKey: IdentifyApiKey;
  /** Other ways to sign in. */
  readonly verifiers?: readonly TokenVerifier[];
}

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([!-~]+) *$/i;
const SERVICE_PREFIX = 'vgs_';

/** What a service of Vigie's own shows. */
export function serviceAuthorization(serviceSecret: string): string {
  return `Bearer ${SERVICE_PREFIX}${serviceSecret}`;
}

/** Tells who calls by the header `Authorization`, and whether it may. Each kind of credentials has its own form. */
export class AccessControl {
  readonly #anonymous: Identity;
  readonly #serviceHash: Buffer | undefined;
  readonly #keys: KnownKeys;
  readonly #verifiers: readonly TokenVerifier[];

  constructor({ anonymousScopes, serviceSecret, identifyApiKey, verifiers = [] }: AccessControlOptions) {
    this.#anonymous = anonymousIdentity(anonymousScopes);
    this.#serviceHash =
      serviceSecret === undefined ? undefined : hash('sha256', SERVICE_PREFIX + serviceSecret, 'buffer');
    this.#keys = new KnownKeys(identifyApiKey);
    this.#verifiers = verifiers;
  }

  /**
   * Who calls a method, if it may. Credentials that are of no use any more keep nobody from what everybody may do, such
   * as getting others.
   *
   * @param authorization as it came; absent or empty: anonymous
   * @throws what `identify` and `require` throw
   */
  async admit(
    authorization: string | null | undefined,
    scope: RequiredScope | undefined,
    beforeAsking?: BeforeAsking,
  ): Promise<Identity> {
    if (scope === PUBLIC) return this.#anonymous;
    const identity = await this.identify(authorization, beforeAsking);
    this.require(identity, scope);
    return identity;
  }

  /**
   * @param authorization as it came; absent or empty: anonymous
   * @throws AccessError CREDENTIALS_INVALID; what the port throws if it can't be told; what `beforeAsking` throws
   */
  async identify(authorization: string | null | undefined, beforeAsking?: BeforeAsking): Promise<Identity> {
    if (!authorization) return this.#anonymous;
    const [, token] = BEARER.exec(authorization) ?? [];
    if (token === undefined) throw new AccessError('CREDENTIALS_INVALID', 'Authorization must be Bearer and a key.');
    if (token.startsWith(SERVICE_PREFIX) && this.#isServices(token)) return SERVICE_IDENTITY;
    const key = readApiKey(token);
    const identity = key === undefined ? await this.#verify(token) : await this.#keys.identify(key, beforeAsking);
    if (identity !== undefined && Date.now() < identity.expiresAtMs) return identity;
    throw new AccessError('CREDENTIALS_INVALID', describeWrong(token, key !== undefined));
  }

  /** Nobody may call a method that names no scope. */
  allows(identity: Identity, scope: RequiredScope | undefined): boolean {
    return scope !== undefined && includesScope(identity.scopes, scope);
  }

  /** @throws AccessError CREDENTIALS_MISSING, SCOPE_MISSING; for a method that names no scope, whoever calls */
  require(identity: Identity, scope: RequiredScope | undefined): void {
    if (this.allows(identity, scope)) return;
    if (identity.isAnonymous) {
      throw new AccessError('CREDENTIALS_MISSING', 'Say who you are: send Authorization: Bearer and an API key.');
    }
    // Which methods there are between Vigie's services is nobody else's concern.
    const what = scope === undefined || scope === INTERNAL ? 'the rights' : `the scope ${scope}`;
    throw new AccessError('SCOPE_MISSING', `These credentials lack ${what} for this.`);
  }

  async #verify(token: string): Promise<ExpiringIdentity | undefined> {
    return this.#verifiers.find(each => each.recognizes(token))?.identify(token);
  }

  #isServices(token: string): boolean {
    return this.#serviceHash !== undefined && timingSafeEqual(hash('sha256', token, 'buffer'), this.#serviceHash);
  }
}

function describeWrong(token: string, isWellFormed: boolean): string {
  if (!looksLikeApiKey(token))
    return 'These credentials are of no kind that is taken here: an API key begins with vgk_, or the token has expired.';
  if (!isWellFormed) return 'The API key is mistyped or cut off.';
  return 'There is no such API key, or it was revoked or has expired.';
}
