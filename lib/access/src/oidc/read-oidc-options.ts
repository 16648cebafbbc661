import type { EnvReader } from '@vigie/service-kit/env';
import type { OidcOptions } from './oidc-tokens.ts';

/** None that both sides share a secret for: whoever knows our copy could sign. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];

/** `OIDC_ISSUER`, without which no tokens are taken, `OIDC_AUDIENCE`, `OIDC_JWKS_URL`, `OIDC_ALGORITHMS` ... */
export function readOidcOptions(reader: EnvReader): OidcOptions | undefined {
  const named = reader.together('OIDC_ISSUER', 'OIDC_AUDIENCE');
  const jwksUrl = reader.url('OIDC_JWKS_URL', ['https', 'http'], '') || undefined;
  const algorithms = reader.list('OIDC_ALGORITHMS', requireAlgorithms);
  const scopeClaim = reader.string('OIDC_SCOPE_CLAIM', 'scope');
  const tenantClaim = reader.string('OIDC_TENANT_CLAIM', 'tenant');
  if (named === undefined) return undefined;
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = named;
  const allowed = algorithms.length > 0 ? algorithms : DEFAULT_ALGORITHMS;
  return { issuer, audience, jwksUrl, algorithms: allowed, scopeClaim, tenantClaim };
}

function requireAlgorithms(algorithms: readonly string[]): void {
  if (!algorithms.every(each => ALGORITHMS.includes(each))) throw new Error(`must be some of ${ALGORITHMS.join(', ')}`);
}
