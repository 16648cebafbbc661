import { createRemoteJWKSet } from 'jose';
import { JwtTokens, KEY_TIMES } from '../jwt/jwt-tokens.ts';
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

/** Access tokens of an outside issuer. */
export class OidcTokens extends JwtTokens {
  constructor({ issuer, audience, jwksUrl, algorithms, scopeClaim }: OidcOptions) {
    super({
      ...{ issuer, audience, algorithms },
      async findKeys() {
        const url = jwksUrl ?? (await findJwksUrl(issuer, AbortSignal.timeout(KEY_TIMES.timeoutDuration)));
        return createRemoteJWKSet(new URL(url), KEY_TIMES);
      },
      toIdentity: ({ sub, [scopeClaim]: claim }) => ({
        subject: `oidc:${subjectName(sub as string)}`,
        isAnonymous: false,
        scopes: namesIn(claim).filter(isScope),
        stores: undefined,
      }),
    });
  }
}

function namesIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.map(String) : [];
}
