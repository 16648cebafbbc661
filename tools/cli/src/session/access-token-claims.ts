/** What an access token says of itself. */
export interface AccessTokenClaims {
  readonly scopes: readonly string[];
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** Whether they are true is for the server to say. @param token a JWT of Vigie's (RFC 9068) */
export function accessTokenClaims(token: string): AccessTokenClaims {
  const [, payload = ''] = token.split('.');
  const { scope, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { scope: string; exp: number };
  return { scopes: scope.split(' ').filter(each => each !== ''), expiresAt: new Date(exp * 1_000).toISOString() };
}
