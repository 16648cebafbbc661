import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { newApiKey, readApiKey } from '@vigie/access';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { readConfig } from './config.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const LIMIT = 3;
/** A wrong key is asked about again after so long. */
const STALE_MS = 2_600;

describe('the limit on wrong credentials', () => {
  const teardown = new AsyncDisposableStack();
  const good = new Set<string>();
  /** Keys that access-svc was asked about. */
  let asked: string[];
  let gateway: RunningGateway;
  let token: string;

  beforeEach(async () => {
    asked = [];
    good.clear();
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'spec', alg: 'EdDSA' }] });
    token = await new SignJWT({ iss: 'vigie', aud: 'vigie', sub: 'ada', scope: 'alerts:read' })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'spec' })
      .setExpirationTime('1m')
      .sign(privateKey);
    gateway = teardown.use(
      await runGateway(
        {
          store: { getAlert: async ({ uid }) => ({ uid }) },
          identifyApiKey: async ({ id }) => {
            asked.push(id);
            return good.has(id) ? { identity: { scopes: ['alerts:read'] } } : {};
          },
          getSigningKeys: async () => ({ jwks }),
        },
        { failedCredentialsPerMinute: LIMIT, trustedProxies: ['127.0.0.2'], anonymousScopes: [] },
      ),
    );
  });
  after(() => teardown.disposeAsync());

  function goodKey(): string {
    const key = newApiKey();
    good.add(readApiKey(key)?.id ?? '');
    return key;
  }

  const ask = (bearer: string) =>
    fetch(`${gateway.url}/v1/alerts/a-1`, { headers: { authorization: `Bearer ${bearer}` } });

  async function statuses(...bearers: string[]): Promise<number[]> {
    const all: number[] = [];
    for (const bearer of bearers) all.push((await ask(bearer)).status);
    return all;
  }

  it('refuses more of them from one address, and asks nobody about these', async () => {
    expect(await statuses(...Array.from({ length: LIMIT }, () => newApiKey()))).to.deep.equal([401, 401, 401]);
    const refused = await ask(newApiKey());
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(55, 60);
    const { error } = (await refused.json()) as { error: { reason: string; message: string } };
    expect(error).to.include({ reason: 'RATE_LIMITED' });
    expect(error.message).to.contain('3 wrong API keys or tokens within 60 s');
    expect(asked).to.have.lengthOf(LIMIT);

    const client = createClient(AlertService, createGrpcTransport({ baseUrl: gateway.url }));
    const headers = { authorization: `Bearer ${newApiKey()}` };
    const thrown = ConnectError.from(await client.getAlert({ uid: 'a' }, { headers }).catch(each => each));
    expect(thrown.code).to.equal(Code.ResourceExhausted);
    expect(Number(thrown.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds)).to.be.within(55, 60);
    expect(thrown.findDetails(ErrorInfoSchema)[0]?.metadata).to.include({ policy: 'failed-credentials', quota: '3' });
    expect(asked).to.have.lengthOf(LIMIT);
    expect(await gateway.metrics.metrics()).to.match(
      /vigie_gateway_rate_limited_total\{policy="failed-credentials".*\} 2/,
    );
  });

  it('is for tokens and for what is no key too', async () => {
    const wrong = ['a.b.c', 'nonsense', `${newApiKey()}x`, token.replace(/.{9}$/, 'AAAAAAAAA'), 'a.b.c'];
    expect(await statuses(...wrong)).to.deep.equal([401, 401, 401, 429, 429]);
  });

  it('leaves alone who shows none, who lacks a scope and who gets credentials', async () => {
    const key = goodKey();
    for (let times = 0; times <= LIMIT; times++) {
      expect((await fetch(`${gateway.url}/v1/alerts/a-1`)).status).to.equal(401);
      const headers = { authorization: `Bearer ${key}` };
      expect((await fetch(`${gateway.url}/v1/quarantine`, { headers })).status).to.equal(403);
      const logIn = { method: 'POST', headers: { authorization: `Bearer ${newApiKey()}` }, body: '{}' };
      expect((await fetch(`${gateway.url}/v1/sessions:logIn`, logIn)).status).not.to.equal(429);
    }
    expect((await ask(newApiKey())).status).to.equal(401);
  });

  it('leaves alone what is good of the same address: keys that are known, also to be asked about again, and tokens', async () => {
    const key = goodKey();
    expect(await statuses(key)).to.deep.equal([200]);
    await statuses(...Array.from({ length: LIMIT + 1 }, () => newApiKey()));
    expect(await statuses(key, token)).to.deep.equal([200, 200]);
    // A key that nobody has shown before might be one more guess.
    expect(await statuses(goodKey())).to.deep.equal([429]);
    await delay(STALE_MS);
    asked = [];
    expect(await statuses(key)).to.deep.equal([200]);
    expect(asked).to.deep.equal([readApiKey(key)?.id]);
    good.clear();
    await delay(STALE_MS);
    expect(await statuses(key, key)).to.include(429);
  }).timeout(20_000);

  it('leaves alone good keys that nobody knows yet, beside a client that shows the same wrong one in a loop', async () => {
    const wrong = newApiKey();
    expect(await statuses(...Array<string>(LIMIT + 2).fill(wrong))).to.deep.equal([401, 401, 401, 429, 429]);
    await delay(STALE_MS);
    expect(await statuses(wrong)).to.deep.equal([429]);
    expect(asked).to.deep.equal([readApiKey(wrong)?.id]);
    expect(await statuses(goodKey(), goodKey(), goodKey(), goodKey())).to.deep.equal([200, 200, 200, 200]);
  });

  it('is of each address alone, behind trusted proxies of each client', async () => {
    const from = async (localAddress: string, forwarded: Record<string, string> = {}) => {
      const headers = { authorization: `Bearer ${newApiKey()}`, ...forwarded };
      const options = { host: '127.0.0.1', port: gateway.port, path: '/v1/alerts/a-1', localAddress, headers };
      const [response] = (await once(httpRequest({ ...options, agent: false }).end(), 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    const client = (address: string) => from('127.0.0.2', { 'x-forwarded-for': address });
    for (const expected of [401, 401, 401, 429]) expect(await from('127.0.0.3')).to.equal(expected);
    for (const expected of [401, 401, 401, 429]) expect(await client('203.0.113.7')).to.equal(expected);
    expect([await from('127.0.0.4'), await client('203.0.113.8')]).to.deep.equal([401, 401]);
    expect(await from('127.0.0.3', { 'x-forwarded-for': '203.0.113.9' })).to.equal(429);
  });

  it('is 300 a minute by default, and none where it is 0', async () => {
    expect(readConfig({}).failedCredentialsPerMinute).to.equal(300);
    expect(() => readConfig({ FAILED_CREDENTIALS_PER_MINUTE: '-1' })).to.throw(
      'FAILED_CREDENTIALS_PER_MINUTE is wrong',
    );
    await using open = await runGateway({}, { failedCredentialsPerMinute: 0, anonymousScopes: [] });
    const headers = { authorization: 'Bearer nonsense' };
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => fetch(`${open.url}/v1/alerts/a-1`, { headers })),
    );
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([401]));
  });
});
