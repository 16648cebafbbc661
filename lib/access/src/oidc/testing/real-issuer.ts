import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';

export const AUDIENCE = 'https://vigie.example';

interface TokenOptions {
  readonly audience?: string;
  readonly scope?: string;
}

/** A certified OpenID Connect provider on a port of its own, which gives machines access tokens. */
export interface RealIssuer extends AsyncDisposable {
  readonly issuer: string;
  /** How often its keys were asked for. */
  readonly keysAsked: number;
  /** An access token by the grant of client credentials. */
  token(options?: TokenOptions): Promise<string>;
  /** Signs with new keys from now on, and publishes these alone. */
  rotateKeys(): Promise<void>;
  /** Answers nobody until the result is disposed of. */
  goAway(): Disposable;
}

export async function startIssuer(tokenSeconds = 600): Promise<RealIssuer> {
  let handle: ReturnType<Provider['callback']> | undefined;
  let keysAsked = 0;
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/jwks')) keysAsked++;
    if (handle === undefined) response.destroy();
    else handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rotateKeys = async () => {
    handle = new Provider(issuer, configuration(await newKeys(), tokenSeconds)).callback();
  };
  await rotateKeys();
  return {
    issuer,
    get keysAsked() {
      return keysAsked;
    },
    rotateKeys,
    async token({ audience = AUDIENCE, scope = 'alerts:read alerts:write' } = {}) {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa('camera:camera-secret')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: audience, scope }),
      });
      const body = (await response.json()) as { readonly access_token?: string };
      if (body.access_token === undefined) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
    goAway() {
      const before = handle;
      handle = undefined;
      return {
        [Symbol.dispose]() {
          handle = before;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

async function newKeys(): Promise<JWK[]> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return [{ ...(await exportJWK(privateKey)), kid: crypto.randomUUID(), alg: 'ES256', use: 'sig' }];
}

function configuration(keys: readonly JWK[], tokenSeconds: number): object {
  const scope = 'alerts:read alerts:write admin profile';
  return {
    clients: [
      {
        client_id: 'camera',
        client_secret: 'camera-secret',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys },
    scopes: scope.split(' '),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context: unknown, audience: string) => ({
          ...{ scope, audience, accessTokenFormat: 'jwt', accessTokenTTL: tokenSeconds },
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}
