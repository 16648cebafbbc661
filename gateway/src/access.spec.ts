import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import {
  create,
  type DescMethod,
  type DescMethodStreaming,
  type DescMethodUnary,
  type JsonObject,
} from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { newApiKey, readApiKey, SCOPES } from '@vigie/access';
import { scopeOf } from '@vigie/access/wire';
import { encodeResumeToken } from '@vigie/outcome-feed/wire';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { WatchAlertsResponse_Event as Event } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { codeNameOf, invalidArgument } from '@vigie/service-kit/grpc';
import { yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { httpBindings } from './adapters/http/transcoder/http-binding.ts';
import { PUBLIC_METHODS } from './api/public-api.ts';
import { closing, PROTOCOLS } from './testing/protocols.ts';
import { readLines } from './testing/read-lines.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

/** Methods that not everybody may call. */
const GUARDED = PUBLIC_METHODS.map(({ method }) => method).filter(method => scopeOf(method) !== 'public');

interface Known {
  readonly scopes: string[];
  readonly stores?: string[];
}

/** Signs access tokens as access-svc does. */
async function createSigner() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jwk: JsonObject = { ...(await exportJWK(publicKey)), kid: 'spec', alg: 'EdDSA', use: 'sig' } as JsonObject;
  let keysAsked = 0;
  return {
    publicKey: jwk,
    get keysAsked() {
      return keysAsked;
    },
    jwks() {
      keysAsked++;
      return JSON.stringify({ keys: [jwk] });
    },
    token: (claims: object, typ = 'at+jwt') =>
      new SignJWT({ iss: 'vigie', aud: 'vigie', sub: 'ada', exp: Math.ceil(Date.now() / 1_000) + 60, ...claims })
        .setProtectedHeader({ alg: 'EdDSA', typ, kid: 'spec' })
        .sign(privateKey),
  };
}

async function errorOf(response: Response): Promise<JsonObject> {
  return ((await response.json()) as { error: JsonObject }).error;
}

describe('who may call', () => {
  const keys = new Map<string, Known>();
  /** Methods of services that were called. */
  let called: string[];
  let gateway: RunningGateway;

  /** A key with these rights. */
  function keyWith(known: Known): string {
    const key = newApiKey();
    keys.set(readApiKey(key)?.sha256.toString('hex') ?? '', known);
    return key;
  }

  let signer: Awaited<ReturnType<typeof createSigner>>;

  before(async () => {
    signer = await createSigner();
    const note = (name: string) => async () => {
      called.push(name);
      return {} as never;
    };
    gateway = await runGateway(
      {
        ingest: { createAlert: note('createAlert') },
        store: {
          getAlert: note('getAlert'),
          async *watchAlerts(_request, { signal }) {
            const resumeToken = encodeResumeToken({
              outcomes: { sequence: 1, createdMs: 1 },
              quarantine: { sequence: 1, createdMs: 1 },
            });
            yield { resumeToken, event: Event.READY };
            for (const store of ['lyon', 'lille']) {
              const alert = { uid: store, store, status: Alert_Status.PROCESSED };
              yield { resumeToken, event: Event.OUTCOME, alert };
            }
            await once(signal, 'abort');
          },
        },
        access: {
          async createApiKey() {
            throw invalidArgument([
              { field: 'api_key.scopes', description: 'must name some' },
              { field: 'name', description: 'is taken' },
            ]);
          },
        },
        identifyApiKey: async ({ sha256 }) => {
          const identity = keys.get(Buffer.from(sha256).toString('hex'));
          return identity === undefined ? {} : { identity };
        },
        getSigningKeys: async () => ({ jwks: signer.jwks() }),
      },
      // Each method is asked with a wrong key, over each protocol.
      { anonymousScopes: [], failedCredentialsPerMinute: 0 },
    );
  });
  beforeEach(() => {
    called = [];
  });
  after(() => gateway[Symbol.asyncDispose]());

  async function refusal(transport: Transport, method: DescMethod, authorization?: string): Promise<string> {
    const headers = authorization === undefined ? {} : { authorization };
    try {
      if (method.methodKind === 'unary') {
        await transport.unary(method as DescMethodUnary, undefined, undefined, headers, create(method.input));
      } else {
        const streaming = method as DescMethodStreaming;
        const answer = await transport.stream(streaming, undefined, undefined, headers, yieldAll([{}]));
        await Array.fromAsync(answer.message);
      }
      return 'none';
    } catch (error) {
      return codeNameOf(ConnectError.from(error).code);
    }
  }

  for (const { name, duplex, open } of PROTOCOLS) {
    it(`is asked of each method over ${name}`, async () => {
      for (const method of GUARDED) {
        if (method.methodKind === 'bidi_streaming' && !duplex) continue;
        const transport = open(gateway);
        await using _ = closing(transport);
        const other = SCOPES.filter(scope => scope !== scopeOf(method) && scope !== 'admin');
        const path = `${method.parent.name}.${method.name}`;
        expect(await refusal(transport, method), path).to.equal('UNAUTHENTICATED');
        expect(await refusal(transport, method, `Bearer ${newApiKey()}`), path).to.equal('UNAUTHENTICATED');
        // The secret of the services themselves, which everybody knows as long as no other one is set.
        expect(await refusal(transport, method, 'Bearer vgs_vigie'), path).to.equal('UNAUTHENTICATED');
        const lacking = `Bearer ${keyWith({ scopes: other })}`;
        expect(await refusal(transport, method, lacking), path).to.equal('PERMISSION_DENIED');
      }
      expect(called).to.deep.equal([]);
    });
  }

  it('is asked of each route, before the request is looked at', async () => {
    for (const method of GUARDED) {
      for (const { httpMethod, template } of httpBindings(method)) {
        const url = `${gateway.url}${template.source.replace(/\{\w+\}/g, '%00')}?nonsense=1`;
        const body = httpMethod === 'POST' ? { body: '{' } : {};
        const ask = (headers: Record<string, string>) => fetch(url, { method: httpMethod, headers, ...body });
        const stranger = await ask({});
        expect(stranger.status, url).to.equal(401);
        expect(stranger.headers.get('www-authenticate')).to.equal('Bearer');
        expect(await errorOf(stranger)).to.include({ status: 'UNAUTHENTICATED', reason: 'CREDENTIALS_MISSING' });
        const other = SCOPES.filter(scope => scope !== scopeOf(method) && scope !== 'admin');
        const lacking = await ask({ authorization: `Bearer ${keyWith({ scopes: other })}` });
        expect(lacking.status, url).to.equal(403);
        expect((await errorOf(lacking)).message).to.contain(scopeOf(method));
      }
    }
    expect(called).to.deep.equal([]);
  });

  it('is asked of the clients of the replaced systems too', async () => {
    for (const path of ['/alert', '/alerts']) {
      const response = await fetch(`${gateway.url}${path}`, { method: 'POST', body: '{}' });
      expect(response.status, path).to.equal(401);
    }
  });

  it('is not asked of who gets credentials, whatever comes with the call', async () => {
    const open = PUBLIC_METHODS.map(({ method }) => method).filter(method => !GUARDED.includes(method));
    expect(open.map(({ name }) => name)).to.have.members([
      ...['Register', 'ConfirmEmail', 'RequestPasswordReset', 'ResetPassword'],
      ...['LogIn', 'Refresh', 'LogOut'],
    ]);
    for (const { open: openTransport } of PROTOCOLS) {
      const transport = openTransport(gateway);
      await using _ = closing(transport);
      for (const method of open) {
        for (const authorization of [undefined, `Bearer ${newApiKey()}`, 'Bearer a.b.c', 'Basic dTpw']) {
          // The service of the spec has no such method.
          expect(await refusal(transport, method, authorization), method.name).to.equal('UNIMPLEMENTED');
        }
      }
    }
  });

  it('is told by the access token of a user, whose signing keys are fetched once', async () => {
    const token = await signer.token({ scope: 'alerts:read' });
    const ask = (bearer: string) =>
      fetch(`${gateway.url}/v1/alerts/a-1`, { headers: { authorization: `Bearer ${bearer}` } });
    for (let times = 0; times < 3; times++) expect((await ask(token)).status).to.equal(200);
    expect(called).to.deep.equal(['getAlert', 'getAlert', 'getAlert']);
    expect(signer.keysAsked).to.equal(1);
    const lacking = await ask(await signer.token({ scope: 'alerts:write' }));
    expect(lacking.status).to.equal(403);
    for (const [claims, typ] of [
      [{ scope: 'alerts:read', aud: 'other' }, 'at+jwt'],
      [{ scope: 'alerts:read', exp: 1 }, 'at+jwt'],
      [{ scope: 'alerts:read' }, 'JWT'],
    ] as const) {
      expect((await ask(await signer.token(claims, typ))).status).to.equal(401);
    }
  });

  it('is not asked of who wants to verify such tokens too', async () => {
    const url = `${gateway.url}/.well-known/jwks.json`;
    const response = await fetch(url);
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/jwk-set+json');
    expect(response.headers.get('cache-control')).to.equal('public, max-age=300');
    expect(await response.json()).to.deep.equal({ keys: [signer.publicKey] });
    expect((await fetch(url, { method: 'POST' })).status).to.equal(405);
  });

  it('is not asked of pages, health and reflection', async () => {
    for (const path of ['/', '/docs', '/openapi.json', '/account', '/account.js']) {
      expect((await fetch(`${gateway.url}${path}`)).status, path).to.equal(200);
    }
  });

  it('is what the key says, whose holder calls on', async () => {
    const authorization = `Bearer ${keyWith({ scopes: ['alerts:read'] })}`;
    const response = await fetch(`${gateway.url}/v1/alerts/a-1`, { headers: { authorization } });
    expect(response.status).to.equal(200);
    expect(called).to.deep.equal(['getAlert']);
  });

  it('is about the stores of the key alone', async () => {
    const authorization = `Bearer ${keyWith({ scopes: ['alerts:read'], stores: ['lille'] })}`;
    const watch = (query: string) => fetch(`${gateway.url}/v1/alerts:watch${query}`, { headers: { authorization } });
    const lines = readLines(await watch(''));
    const events = [JSON.parse((await lines.next()).value ?? ''), JSON.parse((await lines.next()).value ?? '')];
    expect(events.map(({ event, alert }) => [event, alert?.store])).to.deep.equal([
      ['READY', undefined],
      ['OUTCOME', 'lille'],
    ]);
    await lines.return?.(undefined);
    const other = await watch('?stores=lyon');
    expect(other.status).to.equal(403);
    expect(await errorOf(other)).to.include({ reason: 'STORE_NOT_ALLOWED' });
  });

  it('is asked again of streams: one whose key is revoked is cut within five seconds', async function () {
    this.timeout(20_000);
    const key = keyWith({ scopes: ['alerts:read'] });
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(`${gateway.url}/v1/alerts:watch`, { headers });
    const lines = readLines(response);
    await lines.next();
    await delay(3_000);
    keys.clear();
    const revokedAt = performance.now();
    const ended = async () => {
      for (;;) if ((await lines.next()).done) return;
    };
    await ended().catch(() => undefined);
    expect(performance.now() - revokedAt).to.be.within(0, 5_000);
    expect((await fetch(`${gateway.url}/v1/alerts:watch`, { headers })).status).to.equal(401);
  });

  it('has wrong fields named as the body of the route has them', async () => {
    const authorization = `Bearer ${keyWith({ scopes: ['admin'] })}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(`${gateway.url}/v1/apiKeys`, { method: 'POST', headers, body: '{"name":"x"}' });
    expect(response.status).to.equal(400);
    expect((await errorOf(response)).message).to.equal('scopes must name some; name is taken');
  });

  it('is told apart from whether anybody can tell', async () => {
    const authorization = `Bearer ${keyWith({ scopes: ['alerts:read'] })}`;
    await gateway.stopServices();
    const response = await fetch(`${gateway.url}/v1/alerts/a-1`, { headers: { authorization } });
    expect(response.status).to.equal(503);
    expect(await errorOf(response)).to.include({ reason: 'ACCESS_UNREACHABLE' });
    await gateway.restartServices();
  });
});
