import { createRemoteJWKSet, customFetch, decodeJwt } from 'jose';
import type { Identity } from '../identity.ts';
import { JwtTokens, KEY_TIMES } from '../jwt/jwt-tokens.ts';
import { isScope, SIGNED_IN } from '../scopes.ts';
import { DEFAULT_TENANT } from '../tenants.ts';

/**
 * What all access tokens of users say. `iss` is no URL: nobody finds the keys by it, and Vigie needs no name of its own
 * for that. Another Vigie's tokens are told apart by their keys.
 */
export const USER_TOKENS = { issuer: 'vigie', audience: 'vigie', algorithm: 'EdDSA', typ: 'at+jwt' } as const;

/** @returns a JWK Set (RFC 7517) as JSON */
export type FetchSigningKeys = () => Promise<string>;

/** No address: whoever fetches knows where. */
const NO_URL = new URL('vigie:signing-keys');

/** Access tokens that access-svc gives to users who have logged in. */
export class UserTokens extends JwtTokens {
  constructor(fetchKeys: FetchSigningKeys) {
    super({
      ...USER_TOKENS,
      algorithms: [USER_TOKENS.algorithm],
      findKeys: async () =>
        createRemoteJWKSet(NO_URL, { ...KEY_TIMES, [customFetch]: async () => new Response(await fetchKeys()) }),
      toIdentity: ({ sub, scope, tenant }) =>
        userIdentity(sub as string, String(tenant ?? DEFAULT_TENANT), String(scope ?? '').split(' ')),
    });
  }

  /** By `iss`, which is not verified yet: others may come from another issuer. */
  override recognizes(token: string): boolean {
    return super.recognizes(token) && issuerOf(token) === USER_TOKENS.issuer;
  }
}

const SUBJECT_PREFIX = 'user:';

export function userIdentity(id: string, tenant: string, scopes: readonly string[]): Identity {
  return {
    subject: SUBJECT_PREFIX + id,
    tenant,
    isAnonymous: false,
    scopes: [...scopes.filter(isScope), SIGNED_IN],
    stores: undefined,
  };
}

/** @throws Error for anybody else, who lacks the scope `signed-in` */
export function userIdOf({ subject }: Identity): string {
  if (!subject.startsWith(SUBJECT_PREFIX)) throw new Error(`${subject} is no user`);
  return subject.slice(SUBJECT_PREFIX.length);
}

function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}
