import { type EnvReader, isKnownPassword } from '@vigie/service-kit/env';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import { AccessControl } from '../access-control.ts';
import type { IdentifyApiKey } from '../known-keys.ts';
import { type OidcOptions, OidcTokens } from '../oidc/oidc-tokens.ts';
import { readOidcOptions } from '../oidc/read-oidc-options.ts';
import { isScope, SCOPES, type Scope } from '../scopes.ts';
import { type FetchSigningKeys, UserTokens } from '../users/user-tokens.ts';
import { type AccessChannelConfig, openAccessChannel } from './access-channel.ts';
import { fetchSigningKeys } from './fetch-signing-keys.ts';
import { identifyByService } from './identify-by-service.ts';

export interface AccessConfig {
  /** What callers may do who don't say who they are. */
  readonly anonymousScopes: readonly Scope[];
  /** By which Vigie's own services know one another. */
  readonly serviceSecret: string;
  /** Whose tokens are taken beside API keys; undefined if nobody's are. */
  readonly oidc: OidcOptions | undefined;
}

/** Everybody knows it: fit for loopback alone. */
const KNOWN_SECRET = 'vigie';

/** `ANONYMOUS_SCOPES`, none by default; `SERVICE_SECRET`; `OIDC_ISSUER` and its kin. */
export function readAccessConfig(reader: EnvReader): AccessConfig {
  return {
    anonymousScopes: reader.list('ANONYMOUS_SCOPES', requireScopes) as readonly Scope[],
    serviceSecret: reader.checked('SERVICE_SECRET', requireSecret, KNOWN_SECRET),
    oidc: readOidcOptions(reader),
  };
}

function requireScopes(scopes: readonly string[]): void {
  if (!scopes.every(isScope)) throw new Error(`must be some of ${SCOPES.join(', ')}, with commas between them`);
  if (scopes.includes('admin')) throw new Error('must not have admin: whoever is nobody must not give rights away');
}

function requireSecret(secret: string): void {
  if (!/^[!-~]+$/.test(secret)) throw new Error('must be printable ASCII without spaces');
}

/** Says so where others than this machine could use the secret that everybody knows. */
export function warnOfKnownSecret({ serviceSecret }: AccessConfig, host: string, { logger }: ServiceContext): void {
  if (!isKnownPassword({ user: KNOWN_SECRET, password: serviceSecret, hostnames: [host] })) return;
  logger.warn('EVERYBODY KNOWS THE SECRET by which services know one another: set SERVICE_SECRET, the same for all.');
}

export interface AccessParts {
  readonly identifyApiKey: IdentifyApiKey;
  readonly fetchSigningKeys: FetchSigningKeys;
}

type CheckedBy = Omit<AccessConfig, 'serviceSecret'> & { readonly serviceSecret: string | undefined };

/** The check of a service that knows by itself whose API keys are, and by which keys users' tokens are signed. */
export function createAccessControl(config: CheckedBy, parts: AccessParts): AccessControl {
  const { anonymousScopes, serviceSecret, oidc } = config;
  const { identifyApiKey, fetchSigningKeys } = parts;
  const verifiers = [new UserTokens(fetchSigningKeys), ...(oidc === undefined ? [] : [new OidcTokens(oidc)])];
  return new AccessControl({ anonymousScopes, serviceSecret, identifyApiKey, verifiers });
}

type OpenAccessConfig = AccessConfig & AccessChannelConfig & { readonly host: string };

/** The check of a service that asks access-svc. */
export function openAccess(config: OpenAccessConfig, context: ServiceContext): AccessControl {
  warnOfKnownSecret(config, config.host, context);
  return createAccessControl(config, askAccess(config, context));
}

/**
 * The check of a port that no service calls: there the services' secret opens nothing, least of all the one that
 * everybody knows.
 */
export function openPublicAccess(config: OpenAccessConfig, context: ServiceContext): AccessControl {
  warnOfKnownSecret(config, config.host, context);
  return createAccessControl({ ...config, serviceSecret: undefined }, askAccess(config, context));
}

function askAccess(config: OpenAccessConfig, context: ServiceContext): AccessParts {
  const transport = openAccessChannel(config, context);
  return { identifyApiKey: identifyByService(transport), fetchSigningKeys: fetchSigningKeys(transport) };
}
