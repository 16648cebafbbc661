import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { newApiKey } from '@vigie/access';
import { waitFor } from '@vigie/dev-env/testing';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { readConfig } from './config.ts';
import { closing, PROTOCOLS } from './testing/protocols.ts';
import { type RunningGateway, runGateway, type Services } from './testing/running-gateway.ts';

const ALERT = { uid: 'a', video: '/a.mp4', timestamp: 1, store: 's' };

/** Whose each key is; keys that aren't here are the default tenant's. */
const tenants = new Map<string, string>();

function newKey(tenant = 'default'): string {
  const key = newApiKey();
  tenants.set(key.split('_')[1] as string, tenant);
  return key;
}

/** Calls that wait to be answered. */
let held: PromiseWithResolvers<void>[] = [];
const hold = async (): Promise<void> => {
  const call = Promise.withResolvers<void>();
  held.push(call);
  await call.promise;
};

const services: Services = {
  ingest: {
    async createAlert() {
      await hold();
      return {};
    },
    async *streamAlerts(requests) {
      for await (const _ of requests) yield {};
    },
  },
  identifyApiKey: async ({ id }) => ({
    identity: { scopes: ['alerts:write'], tenant: tenants.get(id) ?? '' },
  }),
};

function answerAll(): void {
  for (const call of held) call.resolve();
  held = [];
}

function send(gateway: RunningGateway, key?: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.url}/v1/alerts`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify(ALERT),
  });
}

/** Begins calls that stay open. @returns what they are answered in the end */
async function keepOpen(count: number, begin: () => Promise<Response>): Promise<Promise<Response>[]> {
  const before = held.length;
  const calls = Array.from({ length: count }, begin);
  await waitFor('the calls', async () => (held.length === before + count ? true : undefined));
  return calls;
}

const reasonOf = async (response: Response) => ((await response.json()) as { error: { reason: string } }).error.reason;

describe('calls that are open at once', () => {
  afterEach(answerAll);

  it('are so many of one key at most, whichever else calls, and as many again once some are over', async () => {
    await using gateway = await runGateway(services, { keyConcurrentCalls: 2 });
    const [busy, quiet] = [newKey(), newKey()];
    const calls = await keepOpen(2, () => send(gateway, busy));
    const refused = await send(gateway, busy);
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(await reasonOf(refused)).to.equal('TOO_MANY_AT_ONCE');
    calls.push(...(await keepOpen(1, () => send(gateway, quiet))));
    answerAll();
    expect((await Promise.all(calls)).map(({ status }) => status)).to.deep.equal([202, 202, 202]);
    const again = await keepOpen(2, () => send(gateway, busy));
    answerAll();
    expect((await Promise.all(again)).map(({ status }) => status)).to.deep.equal([202, 202]);
  });

  it('are so many of one tenant at most, by all of its keys, while others go on', async () => {
    await using gateway = await runGateway(services, { tenantConcurrentCalls: 2 });
    const calls = [
      ...(await keepOpen(1, () => send(gateway, newKey('acme')))),
      ...(await keepOpen(1, () => send(gateway, newKey('acme')))),
    ];
    const refused = await send(gateway, newKey('acme'));
    expect([refused.status, await reasonOf(refused)]).to.deep.equal([429, 'TOO_MANY_AT_ONCE']);
    calls.push(...(await keepOpen(1, () => send(gateway, newKey('beta')))));
    // Strangers are nobody's.
    calls.push(...(await keepOpen(3, () => send(gateway))));
    answerAll();
    expect(new Set((await Promise.all(calls)).map(({ status }) => status))).to.deep.equal(new Set([202]));
  });

  it('are so many of one address at most that shows no credentials', async () => {
    await using gateway = await runGateway(services, { keyConcurrentCalls: 1 });
    const calls = await keepOpen(1, () => send(gateway));
    expect((await send(gateway)).status).to.equal(429);
    calls.push(...(await keepOpen(1, () => send(gateway, newKey()))));
    answerAll();
    await Promise.all(calls);
  });

  for (const protocol of PROTOCOLS) {
    it(`are refused with why and when to come again: ${protocol.name}`, async () => {
      await using gateway = await runGateway(services, { tenantConcurrentCalls: 1 });
      const calls = await keepOpen(1, () => send(gateway, newKey('acme')));
      const transport = protocol.open(gateway);
      await using _ = closing(transport);
      const headers = { authorization: `Bearer ${newKey('acme')}` };
      const call = createClient(AlertService, transport).createAlert({ alert: ALERT }, { headers });
      const error = ConnectError.from(await call.catch(thrown => thrown));
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(error.findDetails(ErrorInfoSchema)[0]).to.deep.include({
        reason: 'TOO_MANY_AT_ONCE',
        metadata: { policy: 'tenant', most: '1' },
      });
      expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
      answerAll();
      await Promise.all(calls);
    });
  }

  it('have streams among them, until these end', async () => {
    await using gateway = await runGateway(services, { keyConcurrentCalls: 1 });
    const key = newKey();
    const headers = { authorization: `Bearer ${key}` };
    const client = createClient(AlertService, createGrpcTransport({ baseUrl: gateway.url }));
    const over = Promise.withResolvers<void>();
    async function* requests() {
      yield { alert: ALERT };
      await over.promise;
    }
    const answers = client.streamAlerts(requests(), { headers })[Symbol.asyncIterator]();
    await answers.next();
    expect((await send(gateway, key)).status).to.equal(429);
    over.resolve();
    await answers.next();
    await waitForRoom(gateway, key);
  });

  it('count no more once their clients are gone', async () => {
    await using gateway = await runGateway(services, { keyConcurrentCalls: 1 });
    const key = newKey();
    const gone = new AbortController();
    const call = fetch(`${gateway.url}/v1/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(ALERT),
      signal: gone.signal,
    }).catch(() => undefined);
    await waitFor('the call', async () => held[0]);
    expect((await send(gateway, key)).status).to.equal(429);
    gone.abort();
    await call;
    await waitForRoom(gateway, key);
  });

  it('are counted where they are refused, and not refused where nothing is set', async () => {
    await using gateway = await runGateway(services, { keyConcurrentCalls: 1 });
    const calls = await keepOpen(1, () => send(gateway));
    for (let times = 0; times < 2; times++) await send(gateway);
    expect(await gateway.metrics.metrics()).to.match(/vigie_gateway_rate_limited_total\{policy="key".*\} 2/);
    await using free = await runGateway(services);
    calls.push(...(await keepOpen(50, () => send(free))));
    answerAll();
    await Promise.all(calls);
    expect(await free.metrics.metrics()).not.to.include('vigie_gateway_rate_limited_total{');
  });

  it('are bounded by settings of their own', () => {
    expect(readConfig({})).to.include({ keyConcurrentCalls: undefined, tenantConcurrentCalls: undefined });
    const env = { KEY_CONCURRENT_CALLS: '10', TENANT_CONCURRENT_CALLS: '100' };
    expect(readConfig(env)).to.include({ keyConcurrentCalls: 10, tenantConcurrentCalls: 100 });
    for (const name of Object.keys(env)) expect(() => readConfig({ [name]: '-1' })).to.throw(`${name} is wrong`);
  });
});

/** Resolves once a call is let in, and answered. */
async function waitForRoom(gateway: RunningGateway, key: string): Promise<void> {
  const before = held.length;
  const [call] = await waitFor('room', async () => {
    const sent = send(gateway, key);
    const isLetIn = waitFor('the call', async () => (held.length > before ? true : undefined));
    const refused = await Promise.race([sent.then(({ status }) => status), isLetIn.then(() => undefined)]);
    return refused === undefined ? [sent] : undefined;
  });
  answerAll();
  expect((await call)?.status).to.equal(202);
}
