/**
 * Where an issuer publishes its keys, by its discovery document.
 *
 * https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest
 *
 * @throws Error if it gives none, or one of another issuer
 */
export async function findJwksUrl(issuer: string, signal: AbortSignal): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal, redirect: 'error' });
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  const { issuer: named, jwks_uri: jwksUrl } = (await response.json()) as Readonly<Record<string, unknown>>;
  if (named !== issuer) throw new Error(`${url} is of ${named}, not of ${issuer}`);
  if (typeof jwksUrl !== 'string') throw new Error(`${url} names no jwks_uri`);
  return jwksUrl;
}
