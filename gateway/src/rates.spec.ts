import { request as httpRequest, type IncomingMessage } from 'node:http';
import { create, toBinary, toJson } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { newApiKey } from '@vigie/access';
import { waitFor } from '@vigie/dev-env/testing';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Health } from '@vigie/proto/health/v1/health_pb.ts';
import {
  AlertService,
  BatchCreateAlertsRequestSchema,
  CreateAlertRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { collect } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import type { Config } from './config.ts';
import { readConfig } from './config.ts';
import { closing, PROTOCOLS } from './testing/protocols.ts';
import {
  codeNameIn,
  encodeBody,
  type Form,
  REST_FORMS,
  STREAM_FORMS,
  sendRaw,
  UNARY_FORMS,
} from './testing/raw-request.ts';
import { type RunningGateway, runGateway, type Services } from './testing/running-gateway.ts';

const ALERT = { uid: 'a', video: '/a.mp4', timestamp: 1, store: 's' };
const CREATE = '/vigie.alert.v1.AlertService/CreateAlert';
const PROBE_STREAM = '/vigie.video.v1.VideoService/ProbeStream';
const services: Services = {
  ingest: {
    createAlert: async () => ({}),
    batchCreateAlerts: async ({ alerts }) => ({ results: alerts.map(() => ({})) }),
    async *streamAlerts(requests) {
      for await (const _ of requests) yield {};
    },
  },
  probe: {
    async probeStream(requests) {
      await collect(requests);
      return {};
    },
  },
};

/** A minute is longer than any test. */
const quotaOf = (quota: number): Partial<Config> => ({ rateLimit: { perSecond: quota / 60, windowSeconds: 60 } });
const isRest = ({ name }: Form) => name.startsWith('REST');
const alertsOf = (count: number) => create(BatchCreateAlertsRequestSchema, { alerts: Array(count).fill(ALERT) });

function bodyOf(form: Form): Buffer {
  const message = create(CreateAlertRequestSchema, { alert: ALERT });
  if (form.codec === 'binary') return encodeBody(form, toBinary(CreateAlertRequestSchema, message));
  return encodeBody(
    form,
    Buffer.from(JSON.stringify(isRest(form) ? ALERT : toJson(CreateAlertRequestSchema, message))),
  );
}

/** From an address of its own: all of 127.0.0.0/8 is this machine. */
function getFrom(localAddress: string, { port }: RunningGateway, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, localAddress, agent: false }, response => {
      response.resume();
      resolve(response);
    })
      .on('error', reject)
      .end();
  });
}

function postBatch({ url }: RunningGateway, count: number): Promise<Response> {
  const body = JSON.stringify(toJson(BatchCreateAlertsRequestSchema, alertsOf(count)));
  return fetch(`${url}/v1/alerts:batch`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

const headersIn = ({ headers }: Response) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];

describe('a call that comes faster than its caller may call', () => {
  for (const form of [...REST_FORMS, ...UNARY_FORMS]) {
    it(`is refused before its body is there: ${form.name}`, async () => {
      await using gateway = await runGateway(services, quotaOf(2));
      const path = isRest(form) ? '/v1/alerts' : CREATE;
      const body = bodyOf(form);
      const answers = [
        await sendRaw(gateway.url, path, form, body),
        await sendRaw(gateway.url, path, form, body),
        await sendRaw(gateway.url, path, form, body.subarray(0, 3), {}, { isUnfinished: true }),
      ];
      expect(answers.map(codeNameIn)).to.deep.equal(['OK', 'OK', 'RESOURCE_EXHAUSTED']);
      const speaksGrpc = form.isEnveloped;
      expect(answers.map(({ status }) => status)).to.deep.equal(
        speaksGrpc ? [200, 200, 200] : [isRest(form) ? 202 : 200, isRest(form) ? 202 : 200, 429],
      );
      answers.forEach(({ text }, index) => {
        if (speaksGrpc) expect(text).not.to.contain('ratelimit');
        else expect(text).to.match(new RegExp(`"ratelimit":"\\\\"caller\\\\";r=${Math.max(0, 1 - index)};t=(59|60)"`));
      });
      if (!speaksGrpc) expect(answers[2]?.text).to.match(/"retry-after":"(59|60)"/);
    });
  }

  for (const form of STREAM_FORMS) {
    it(`is refused when it opens a stream, whose chunks of a video count for nothing: ${form.name}`, async () => {
      await using gateway = await runGateway(services, quotaOf(1));
      const chunk = encodeBody(form, form.codec === 'json' ? Buffer.from('{}') : Buffer.alloc(0));
      const send = () => sendRaw(gateway.url, PROBE_STREAM, form, Buffer.concat([chunk, chunk, chunk]));
      expect([codeNameIn(await send()), codeNameIn(await send())]).to.deep.equal(['OK', 'RESOURCE_EXHAUSTED']);
    });
  }

  for (const protocol of PROTOCOLS) {
    it(`learns why and when it may come again: ${protocol.name}`, async () => {
      await using gateway = await runGateway(services, quotaOf(1));
      const transport = protocol.open(gateway);
      await using _ = closing(transport);
      const client = createClient(AlertService, transport);
      await client.createAlert({ alert: ALERT });
      const error = ConnectError.from(await client.createAlert({ alert: ALERT }).catch(thrown => thrown));
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(error.findDetails(ErrorInfoSchema)[0]).to.deep.include({
        reason: 'RATE_LIMITED',
        metadata: { policy: 'caller', quota: '1', windowSeconds: '60' },
      });
      expect(Number(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds)).to.be.within(50, 60);
    });
  }

  it('is refused on the paths of the old systems, and where there is nothing, too', async () => {
    await using gateway = await runGateway(services, quotaOf(3));
    const paths = ['/alert', '/alerts', '/nothing', '/nothing', '/alert'];
    const statuses: number[] = [];
    for (const path of paths) {
      statuses.push((await fetch(`${gateway.url}${path}`, { method: 'POST', body: JSON.stringify(ALERT) })).status);
    }
    expect(statuses).to.deep.equal([415, 415, 404, 429, 429]);
  });

  it('is answered while others are refused', async () => {
    await using gateway = await runGateway(services, quotaOf(2));
    const statusesOf = async (address: string) =>
      (await Promise.all([1, 2, 3].map(() => getFrom(address, gateway, '/v1/nothing')))).map(each => each.statusCode);
    expect((await statusesOf('127.0.0.2')).toSorted()).to.deep.equal([404, 404, 429]);
    expect((await statusesOf('127.0.0.3')).toSorted()).to.deep.equal([404, 404, 429]);
  });

  it('is answered again when its window is over', async () => {
    await using gateway = await runGateway(services, { rateLimit: { perSecond: 1, windowSeconds: 1 } });
    const first = await fetch(`${gateway.url}/v1/nothing`);
    expect(headersIn(first)).to.deep.equal(['"caller";q=1;w=1', '"caller";r=0;t=1']);
    const second = await fetch(`${gateway.url}/v1/nothing`);
    expect([second.status, second.headers.get('retry-after')]).to.deep.equal([429, '1']);
    const { error } = (await second.json()) as { error: { status: string; reason: string } };
    expect(error).to.include({ code: 429, status: 'RESOURCE_EXHAUSTED', reason: 'RATE_LIMITED' });
    const isNotFound = async () => (await fetch(`${gateway.url}/v1/nothing`)).status === 404 || undefined;
    await waitFor('a new window', isNotFound);
  });

  it('is refused ever later, after the first time', async () => {
    await using gateway = await runGateway(services, quotaOf(1));
    const timeOf = async () => {
      const startedAt = performance.now();
      await (await fetch(`${gateway.url}/v1/nothing`)).text();
      return performance.now() - startedAt;
    };
    await timeOf();
    await timeOf();
    // Timers may be a millisecond early.
    expect(await timeOf()).to.be.above(990);
  });

  it('is counted', async () => {
    await using gateway = await runGateway(services, quotaOf(1));
    for (let index = 0; index < 4; index++) await fetch(`${gateway.url}/v1/nothing`);
    expect(await gateway.metrics.metrics()).to.match(/vigie_gateway_rate_limited_total\{policy="caller".*\} 3/);
  });

  it('is no health check, and no look at the documentation', async () => {
    await using gateway = await runGateway(services, quotaOf(1));
    await fetch(`${gateway.url}/v1/nothing`);
    const health = createClient(Health, createGrpcTransport({ baseUrl: gateway.url }));
    for (let index = 0; index < 3; index++) {
      expect((await health.check({})).status).to.equal(1);
      for (const path of ['/', '/openapi.json', '/docs']) {
        expect([path, (await fetch(`${gateway.url}${path}`)).status]).to.deep.equal([path, 200]);
      }
    }
  });

  it('lets pages of allowed sites read what is left', async () => {
    await using gateway = await runGateway(services, { ...quotaOf(1), allowedOrigins: ['https://a.example'] });
    const origin = { headers: { origin: 'https://a.example' } };
    await fetch(`${gateway.url}/v1/nothing`, origin);
    const refused = await fetch(`${gateway.url}/v1/nothing`, origin);
    expect(refused.status).to.equal(429);
    expect(refused.headers.get('access-control-expose-headers')?.split(',')).to.include.members([
      'retry-after',
      'ratelimit',
      'ratelimit-policy',
    ]);
  });
});

describe('the alerts of a batch', () => {
  it('count as if they came alone', async () => {
    await using gateway = await runGateway(services, quotaOf(10));
    const answers = [await postBatch(gateway, 1), await postBatch(gateway, 6), await postBatch(gateway, 3)];
    expect(answers.flatMap(headersIn)).to.deep.equal(
      [9, 3, 0].flatMap(left => ['"caller";q=10;w=60', `"caller";r=${left};t=60`]),
    );
    expect((await postBatch(gateway, 1)).status).to.equal(429);
  });

  it('may be more than are left, which takes the longer to make up for', async () => {
    await using gateway = await runGateway(services, quotaOf(10));
    const batch = await postBatch(gateway, 40);
    expect([batch.status, batch.headers.get('ratelimit')]).to.deep.equal([202, '"caller";r=0;t=240']);
    const refused = await postBatch(gateway, 1);
    expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([429, '240']);
  });

  it('are refused all of them when another batch has taken what was left', async () => {
    await using gateway = await runGateway(services, quotaOf(10));
    const statuses = (await Promise.all(Array.from({ length: 9 }, () => postBatch(gateway, 40)))).map(
      ({ status }) => status,
    );
    expect(statuses.filter(status => status !== 429)).to.deep.equal([202]);
  });

  for (const form of UNARY_FORMS) {
    it(`count over ${form.name}`, async () => {
      await using gateway = await runGateway(services, quotaOf(10));
      const bytes =
        form.codec === 'binary'
          ? toBinary(BatchCreateAlertsRequestSchema, alertsOf(10))
          : Buffer.from(JSON.stringify(toJson(BatchCreateAlertsRequestSchema, alertsOf(10))));
      const path = '/vigie.alert.v1.AlertService/BatchCreateAlerts';
      const send = () => sendRaw(gateway.url, path, form, encodeBody(form, bytes));
      expect([codeNameIn(await send()), codeNameIn(await send())]).to.deep.equal(['OK', 'RESOURCE_EXHAUSTED']);
    });
  }
});

describe('a stream of alerts', () => {
  it('is taken no faster than its caller may send', async () => {
    await using gateway = await runGateway(services, { rateLimit: { perSecond: 5, windowSeconds: 1 } });
    const client = createClient(AlertService, createGrpcTransport({ baseUrl: gateway.url }));
    async function* requests() {
      for (let index = 0; index < 12; index++) yield { alert: ALERT };
    }
    const startedAt = performance.now();
    const times = await collect(client.streamAlerts(requests()), () => performance.now() - startedAt);
    expect(times).to.have.lengthOf(12);
    // With the opening of the stream: 4, 5 and 3 of them.
    expect(times[4]).to.be.above(900);
    expect(times[9]).to.be.above(1_900);
  });
});

describe('the limit on the rate', () => {
  it('is off unless it is set', async () => {
    await using gateway = await runGateway(services);
    const answers = await Promise.all(Array.from({ length: 300 }, () => fetch(`${gateway.url}/v1/nothing`)));
    expect(answers.every(({ status, headers }) => status === 404 && !headers.has('ratelimit'))).to.equal(true);
  });

  it('is set by the rate and the time over which calls are counted', () => {
    expect(readConfig({}).rateLimit).to.equal(undefined);
    expect(readConfig({ RATE_LIMIT_PER_SECOND: '100' }).rateLimit).to.deep.equal({ perSecond: 100, windowSeconds: 1 });
    const env = { RATE_LIMIT_PER_SECOND: '100', RATE_LIMIT_WINDOW_SECONDS: '10' };
    expect(readConfig(env).rateLimit).to.deep.equal({ perSecond: 100, windowSeconds: 10 });
    for (const [name, value] of [
      ['RATE_LIMIT_PER_SECOND', '-1'],
      ['RATE_LIMIT_PER_SECOND', '0.5'],
      ['RATE_LIMIT_WINDOW_SECONDS', '0'],
      ['RATE_LIMIT_WINDOW_SECONDS', '61'],
    ] as const) {
      expect(() => readConfig({ [name]: value })).to.throw(`${name} is wrong`);
    }
  });
});

describe('rates by API key', () => {
  const keyQuotaOf = (quota: number): Partial<Config> => ({
    keyRateLimit: { perSecond: quota / 60, windowSeconds: 60 },
  });
  const withKey = (key: string, gateway: RunningGateway, path = '/v1/alerts'): Promise<Response> =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(ALERT),
    });
  const known: Services = { ...services, identifyApiKey: async () => ({ identity: { scopes: ['alerts:write'] } }) };

  it('count each key for itself, whatever address it is used from, and nobody who shows none', async () => {
    await using gateway = await runGateway(known, keyQuotaOf(2));
    const [busy, quiet] = [newApiKey(), newApiKey()];
    const statuses = [];
    for (let times = 0; times < 3; times++) statuses.push((await withKey(busy, gateway)).status);
    expect(statuses).to.deep.equal([202, 202, 429]);
    const refused = await withKey(busy, gateway);
    expect(((await refused.json()) as { error: { reason: string } }).error.reason).to.equal('RATE_LIMITED');
    expect((await withKey(quiet, gateway)).status).to.equal(202);
    for (let times = 0; times < 4; times++) expect((await postBatch(gateway, 1)).status).to.equal(202);
  });

  it('stand beside those by address, and count the alerts of a batch for both', async () => {
    await using gateway = await runGateway(known, { ...quotaOf(100), ...keyQuotaOf(10) });
    const key = newApiKey();
    const response = await fetch(`${gateway.url}/v1/alerts:batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(toJson(BatchCreateAlertsRequestSchema, alertsOf(4))),
    });
    const [policy, left] = headersIn(response);
    expect(policy).to.equal('"caller";q=100;w=60, "key";q=10;w=60');
    expect(left).to.match(/^"caller";r=96;t=\d+, "key";r=6;t=\d+$/);
  });

  it('hold over gRPC too', async () => {
    await using gateway = await runGateway(known, keyQuotaOf(1));
    const client = createClient(AlertService, createGrpcTransport({ baseUrl: gateway.url }));
    const headers = { authorization: `Bearer ${newApiKey()}` };
    await client.createAlert({ alert: ALERT }, { headers });
    const error = (await client.createAlert({ alert: ALERT }, { headers }).catch(ConnectError.from)) as ConnectError;
    expect(error.code).to.equal(Code.ResourceExhausted);
    expect(error.findDetails(RetryInfoSchema)).to.have.length(1);
  });
});

describe('rates by tenant', () => {
  const tenantQuotaOf = (quota: number): Partial<Config> => ({
    tenantRateLimit: { perSecond: quota / 60, windowSeconds: 60 },
  });
  const tenants = new Map<string, string>();
  const known: Services = {
    ...services,
    identifyApiKey: async ({ id }) => ({ identity: { scopes: ['alerts:write'], tenant: tenants.get(id) ?? '' } }),
  };

  function newKey(tenant: string): string {
    const key = newApiKey();
    tenants.set(key.split('_')[1] as string, tenant);
    return key;
  }

  const statusWith = async (key: string, { url }: RunningGateway): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
    return (await fetch(`${url}/v1/alerts`, { method: 'POST', headers, body: JSON.stringify(ALERT) })).status;
  };

  it('count all keys of a tenant together, others for themselves, and nobody who shows no credentials', async () => {
    await using gateway = await runGateway(known, tenantQuotaOf(2));
    const statuses = [];
    for (let times = 0; times < 3; times++) statuses.push(await statusWith(newKey('acme'), gateway));
    expect(statuses).to.deep.equal([202, 202, 429]);
    expect(await statusWith(newKey('beta'), gateway)).to.equal(202);
    for (let times = 0; times < 4; times++) expect((await postBatch(gateway, 1)).status).to.equal(202);
  });

  it('stand beside those by key', async () => {
    const keyRateLimit = { perSecond: 2 / 60, windowSeconds: 60 };
    await using gateway = await runGateway(known, { ...tenantQuotaOf(3), keyRateLimit });
    const [busy, other] = [newKey('acme'), newKey('acme')];
    const statuses = [];
    for (const key of [busy, busy, busy, other, other]) statuses.push(await statusWith(key, gateway));
    expect(statuses).to.deep.equal([202, 202, 429, 202, 429]);
    expect(await gateway.metrics.metrics()).to.match(/vigie_gateway_rate_limited_total\{policy="tenant".*\} 1/);
  });

  it('are set by settings of their own', () => {
    expect(readConfig({}).tenantRateLimit).to.equal(undefined);
    const env = { TENANT_RATE_LIMIT_PER_SECOND: '100', TENANT_RATE_LIMIT_WINDOW_SECONDS: '10' };
    expect(readConfig(env).tenantRateLimit).to.deep.equal({ perSecond: 100, windowSeconds: 10 });
  });
});
