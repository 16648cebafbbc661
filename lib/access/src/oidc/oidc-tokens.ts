import { createRemoteJWKSet } from 'jose';
import { AccessError } from '../access-error.ts';
import { JwtTokens, KEY_TIMES } from '../jwt/jwt-tokens.ts';
import { isScope } from '../scopes.ts';
import { DEFAULT_TENANT, isTenantId } from '../tenants.ts';
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
  /** The claim that names the tenant: the default one where it is absent. */
  readonly tenantClaim: string;
}

/** Access tokens of an outside issuer. */
export class OidcTokens extends JwtTokens {
  constructor({ issuer, audience, jwksUrl, algorithms, scopeClaim, tenantClaim }: OidcOptions) {
    super({
      ...{ issuer, audience, algorithms },
      async findKeys() {
        const url = jwksUrl ?? (await findJwksUrl(issuer, AbortSignal.timeout(KEY_TIMES.timeoutDuration)));
        return createRemoteJWKSet(new URL(url), KEY_TIMES);
      },
      toIdentity: ({ sub, [scopeClaim]: claim, [tenantClaim]: tenant }) => ({
        subject: `oidc:${subjectName(sub as string)}`,
        tenant: tenantOf(tenant),
        isAnonymous: false,
        scopes: namesIn(claim).filter(isScope),
        stores: undefined,
      }),
    });
  }
}

/** One that is misspelt must not become another one, least of all the default one. */
function tenantOf(claim: unknown): string {
  if (claim === undefined || claim === null) return DEFAULT_TENANT;
  if (typeof claim === 'string' && isTenantId(claim)) return claim;
  throw new AccessError('CREDENTIALS_INVALID', 'The token names no tenant as tenants are named.');
}

function namesIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.map(String) : [];
}
