import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { create, fromBinary, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { type Duration, durationMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node';
import { newApiKey, newApiKeyId, readApiKey } from '@vigie/access';
import { waitFor } from '@vigie/dev-env/testing';
import { ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import {
  AlertService,
  BatchCreateAlertsRequestSchema,
  CreateAlertRequestSchema,
  CreateAlertResponseSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import {
  type BeginRequest,
  type FinishRequest,
  type KeptAnswer,
  BeginResponse_Kind as Kind,
} from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { rpcError, toStatus } from '@vigie/service-kit/grpc';
import { accepted, yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { readConfig } from './config.ts';
import { sendRaw } from './testing/raw-request.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"';
const alert = { uid: 'a-1', video: '/videos/a.mp4', timestamp: 1748871320.68, store: 'store-42' };
const CREATE = '/vigie.alert.v1.AlertService/CreateAlert';
const JSON_TYPE = 'application/json';
const BINARY = toBinary(CreateAlertRequestSchema, create(CreateAlertRequestSchema, { alert }));

interface Form {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const REST = { name: 'REST', path: '/v1/alerts', type: JSON_TYPE, body: JSON.stringify(alert) } satisfies Form;
const CONNECT: Form = { name: 'Connect, JSON', path: CREATE, type: JSON_TYPE, body: JSON.stringify({ alert }) };
const CONNECT_BINARY: Form = { name: 'Connect, binary', path: CREATE, type: 'application/proto', body: BINARY };
/** Every way to send one alert by a POST for which keys hold. */
const FORMS: readonly Form[] = [
  REST,
  { name: '/alert', path: '/alert', type: 'application/x-www-form-urlencoded', body: JSON.stringify(alert) },
  { name: '/alerts', path: '/alerts', type: JSON_TYPE, body: JSON.stringify({ ...alert, uuid: 'a-1' }) },
  CONNECT,
  CONNECT_BINARY,
];

describe('a POST with an Idempotency-Key', () => {
  let gateway: RunningGateway;
  /** What is known of any key. */
  let known: { kind: Kind; answer?: Partial<KeptAnswer> };
  /** What store-svc was told, in this order. */
  let told: string[];
  let begun: BeginRequest[];
  let kept: FinishRequest[];
  /** How often the request was carried out. */
  let done: number;
  let carryOut: () => Promise<object>;
  /** Whether store-svc answers. */
  let keysFail: { begin?: ConnectError; finish?: ConnectError };

  /** By key; others are the default one's. */
  const tenants = new Map<string, string>();
  const tenantOf = (sha256: Uint8Array) =>
    [...tenants].find(([key]) => readApiKey(key)?.sha256.equals(sha256))?.[1] ?? '';

  const aBatch = async () => {
    done++;
    return (await carryOut()) as never;
  };

  before(async () => {
    gateway = await runGateway({
      ingest: {
        createAlert: aBatch,
        batchCreateAlerts: aBatch,
        async *streamAlerts(requests) {
          for await (const _ of requests) yield { result: accepted('a-1') };
        },
      },
      store: { getAlert: aBatch },
      storeQuarantine: { redriveQuarantinedAlerts: aBatch },
      access: { createApiKey: aBatch },
      identifyApiKey: async ({ sha256 }) => ({ identity: { scopes: ['admin'], tenant: tenantOf(sha256) } }),
      storeKeys: {
        async begin(request) {
          told.push('begin');
          begun.push(request);
          if (keysFail.begin !== undefined) throw keysFail.begin;
          return known as never;
        },
        async finish(request) {
          told.push('finish');
          if (keysFail.finish !== undefined) throw keysFail.finish;
          kept.push(request);
          return {};
        },
        async release() {
          told.push('release');
          return {};
        },
      },
    });
  });
  beforeEach(() => {
    known = { kind: Kind.BEGUN };
    told = [];
    begun = [];
    kept = [];
    done = 0;
    keysFail = {};
    carryOut = async () => ({ uid: 'a-1', traceId: 'first' });
  });
  after(() => gateway[Symbol.asyncDispose]());

  function post({ path, type, body }: Omit<Form, 'name'>, headers: Record<string, string> = {}): Promise<Response> {
    const all = { 'content-type': type, 'idempotency-key': KEY, 'accept-encoding': 'identity', ...headers };
    return fetch(`${gateway.url}${path}`, { method: 'POST', headers: all, body: body as string });
  }

  /** From now on the key is known as store-svc was told. */
  function remember(): void {
    known = { kind: Kind.ANSWERED, answer: kept.at(-1)?.answer as KeptAnswer };
  }

  const headOf = ({ status, headers }: Response) => {
    const own = [...headers].filter(
      ([name]) => !/^(date|trace-id|idempotency-replayed|connection|keep-alive)$/.test(name),
    );
    return { status, headers: Object.fromEntries(own) };
  };

  /** Of REST and of Connect alike. */
  const reasonIn = (json: JsonObject) => JSON.stringify(json).match(/"reason":"([A-Z_]+)"/)?.[1];

  for (const form of FORMS) {
    describe(form.name, () => {
      it('is carried out once, and answered alike when it is repeated', async () => {
        const first = await post(form);
        expect(first.ok).to.equal(true);
        expect(first.headers.get('idempotency-replayed')).to.equal(null);
        expect([told, done]).to.deep.equal([['begin', 'finish'], 1]);
        remember();
        const again = await post(form);
        expect(again.headers.get('idempotency-replayed')).to.equal('true');
        expect(headOf(again)).to.deep.equal(headOf(first));
        expect(await again.text()).to.equal(await first.text());
        expect([told, done]).to.deep.equal([['begin', 'finish', 'begin'], 1]);
        // Each has its own.
        expect(again.headers.get('trace-id')).not.to.equal(first.headers.get('trace-id'));
        const [one, other] = begun as [BeginRequest, BeginRequest];
        expect(one).to.include({ caller: '', key: KEY.slice(1, -1) });
        expect(Buffer.from(other.fingerprint)).to.deep.equal(Buffer.from(one.fingerprint));
        expect(other.leaseId).not.to.equal(one.leaseId);
        expect(kept[0]).to.include({ caller: '', key: one.key, leaseId: one.leaseId });
      });

      it('is the same over HTTP/2', async () => {
        const [http1, http2] = (['1.1', '2'] as const).map(httpVersion => ({
          ...{ name: form.name, httpVersion, codec: 'json' as const, isEnveloped: false },
          headers: { 'content-type': form.type, 'idempotency-key': KEY },
        }));
        const send = (by: typeof http1) => sendRaw(gateway.url, form.path, by as never, Buffer.from(form.body));
        await send(http1);
        remember();
        const again = await send(http2);
        expect(again.text).to.contain('"idempotency-replayed":"true"').and.contain('a-1');
        expect(Buffer.from(begun[0]?.fingerprint ?? [])).to.deep.equal(Buffer.from(begun[1]?.fingerprint ?? []));
      });

      it('is refused 409 while it is under way, with the time to come back', async () => {
        known = { kind: Kind.IN_PROGRESS };
        const response = await post(form);
        const json = (await response.json()) as JsonObject;
        expect([response.status, reasonIn(json)]).to.deep.equal([409, 'IDEMPOTENCY_KEY_IN_USE']);
        expect(JSON.stringify(json)).to.contain('RetryInfo');
        if (form.path !== CREATE) expect(response.headers.get('retry-after')).to.equal('1');
        expect([told, done]).to.deep.equal([['begin'], 0]);
      });

      it('is refused where the key is that of another request', async () => {
        known = { kind: Kind.OTHER_REQUEST };
        const response = await post(form);
        const json = (await response.json()) as JsonObject;
        expect(reasonIn(json)).to.equal('IDEMPOTENCY_KEY_REUSED');
        if (form.path === CREATE) expect([response.status, json.code]).to.deep.equal([400, 'failed_precondition']);
        else expect([response.status, (json.error as JsonObject).code]).to.deep.equal([422, 422]);
        expect([told, done]).to.deep.equal([['begin'], 0]);
      });

      it('is refused 400 with a key that is none, and 503 where the key can not be kept', async () => {
        const malformed = await post(form, { 'idempotency-key': '"a b"' });
        expect(malformed.status).to.equal(400);
        const json = (await malformed.json()) as JsonObject;
        expect(reasonIn(json)).to.equal('MALFORMED_IDEMPOTENCY_KEY');
        expect(JSON.stringify(json)).to.contain('Idempotency-Key').and.contain('visible ASCII');
        expect(told).to.deep.equal([]);
        for (const code of [Code.Unavailable, Code.DeadlineExceeded, Code.Internal, Code.Unimplemented]) {
          keysFail = { begin: rpcError(code, 'no', { reason: 'NO', forbidsRetry: true }) };
          const refused = await post(form);
          expect([refused.status, reasonIn((await refused.json()) as JsonObject)]).to.deep.equal([
            503,
            'IDEMPOTENCY_UNAVAILABLE',
          ]);
        }
        expect(done).to.equal(0);
        // A begin may have been carried out although it was answered with an error.
        await waitFor('the releases', async () => told.filter(each => each === 'release').length === 4 || undefined);
      });

      it('has its key released, and is carried out again, where its answer says "try again"', async () => {
        const codes = [Code.Unavailable, Code.ResourceExhausted, Code.DeadlineExceeded, Code.Internal, Code.Unknown];
        for (const code of codes) {
          told = [];
          carryOut = async () => {
            throw rpcError(code, 'no', { reason: 'NO', forbidsRetry: true });
          };
          const response = await post(form);
          expect(response.status, Code[code]).to.be.oneOf([429, 500, 503, 504]);
          expect(told, Code[code]).to.deep.equal(['begin', 'release']);
        }
        carryOut = async () => ({ uid: 'a-1' });
        expect((await post(form)).ok).to.equal(true);
        expect(done).to.equal(codes.length + 1);
      });

      it('has other refusals kept', async () => {
        for (const [code, status] of [
          [Code.AlreadyExists, 409],
          [Code.NotFound, 404],
          [Code.InvalidArgument, 400],
        ] as const) {
          known = { kind: Kind.BEGUN };
          carryOut = async () => {
            throw rpcError(code, 'never', { reason: 'UID_TAKEN' });
          };
          const first = await post(form);
          expect([first.status, kept.at(-1)?.answer?.status]).to.deep.equal([status, status]);
          remember();
          const again = await post(form);
          expect(headOf(again)).to.deep.equal(headOf(first));
          expect(await again.text()).to.equal(await first.text());
        }
        expect(done).to.equal(3);
      });

      it('has what it refuses itself kept', async () => {
        const broken = form.type === 'application/proto' ? Buffer.from([0xff]) : '{';
        const response = await post({ ...form, body: broken });
        expect([response.status, kept.at(-1)?.answer?.status]).to.deep.equal([400, 400]);
        expect([told, done]).to.deep.equal([['begin', 'finish'], 0]);
      });

      it('is answered also where the answer can not be kept', async () => {
        keysFail = { finish: rpcError(Code.Unavailable, 'no', { reason: 'NO', forbidsRetry: true }) };
        expect((await post(form)).ok).to.equal(true);
        expect(done).to.equal(1);
      });

      it('goes on when its client leaves, has its answer kept, and counts as in hand as long', async () => {
        const started = Promise.withResolvers<void>();
        const finish = Promise.withResolvers<void>();
        carryOut = async () => {
          started.resolve();
          await finish.promise;
          return { uid: 'a-1' };
        };
        const inHand = async () =>
          Number(/^server_admitted\{kind="calls".*\} (\d+)$/m.exec(await gateway.metrics.metrics())?.[1]);
        const headers = { 'content-type': form.type, 'idempotency-key': KEY };
        const client = httpRequest(`${gateway.url}${form.path}`, { method: 'POST', headers, agent: false });
        client.on('error', () => {});
        client.end(form.body);
        await started.promise;
        client.destroy();
        await waitFor('the gateway to notice', async () => {
          const metrics = await gateway.metrics.metrics();
          return /^http_server_in_flight\{?.*\}? 0$/m.test(metrics) || undefined;
        });
        expect([told, await inHand()]).to.deep.equal([['begin'], 1]);
        finish.resolve();
        await waitFor('the answer to be kept', async () => kept.length === 1 || undefined);
        await waitFor('the call to be over', async () => (await inHand()) === 0 || undefined);
        expect(kept[0]?.answer?.status).to.be.below(300);
        remember();
        expect((await post(form)).headers.get('idempotency-replayed')).to.equal('true');
        expect(done).to.equal(1);
      });

      it('costs nothing more without a key', async () => {
        const response = await fetch(`${gateway.url}${form.path}`, {
          method: 'POST',
          headers: { 'content-type': form.type },
          body: form.body as string,
        });
        expect([response.ok, told, done]).to.deep.equal([true, [], 1]);
      });
    });
  }

  it('is another request with any part changed', async () => {
    const { path, type, body } = REST;
    await post(REST);
    await post({ path, type, body: `${body} ` });
    await post({ path: `${path}?`, type, body });
    await post({ path: `${path}?x=1`, type, body });
    await post({ path, type: 'application/json; charset=utf-8', body });
    await post({ path: '/alert', type, body });
    const prints = begun.map(({ fingerprint }) => Buffer.from(fingerprint).toString('hex'));
    // An empty query is none.
    expect(prints[2]).to.equal(prints[0]);
    expect(new Set(prints).size).to.equal(5);
    told = [];
    await post(REST, {
      accept: 'text/plain',
      'user-agent': 'another',
      traceparent: `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
    });
    expect(Buffer.from(begun.at(-1)?.fingerprint ?? []).toString('hex')).to.equal(prints[0]);
  });

  it('is refused with several keys, quoted or not', async () => {
    const request = httpRequest(`${gateway.url}/v1/alerts`, { method: 'POST', agent: false });
    request.setHeader('content-type', JSON_TYPE);
    request.setHeader('idempotency-key', ['a', 'b']);
    request.end(REST.body);
    const [response] = await once(request, 'response');
    expect(response.statusCode).to.equal(400);
    response.resume();
    expect((await post(REST, { 'idempotency-key': 'unquoted-1' })).ok).to.equal(true);
    expect(begun.map(({ key }) => key)).to.deep.equal(['unquoted-1']);
  });

  it('has its Location kept, and its answer compressed for who accepts that, whoever asked first', async () => {
    carryOut = async () => ({ uid: 'a-1', traceId: 'x'.repeat(2_000) });
    for (const form of [REST, CONNECT, CONNECT_BINARY]) {
      known = { kind: Kind.BEGUN };
      const zipped = await post(form, { 'accept-encoding': 'gzip' });
      expect(zipped.headers.get('content-encoding')).to.equal('gzip');
      const [{ answer } = {}] = kept.slice(-1);
      const { headers, body = new Uint8Array() } = answer as KeptAnswer;
      expect(Object.keys(headers))
        .to.include('content-type')
        .and.not.include.members(['content-encoding', 'content-length']);
      if (form === REST) expect(headers.location).to.equal('/v1/alerts/a-1');
      remember();
      const plain = await post(form);
      expect(plain.headers.get('content-encoding')).to.equal(null);
      const bytes = Buffer.from(await plain.arrayBuffer());
      expect(bytes)
        .to.deep.equal(Buffer.from(body))
        .and.deep.equal(Buffer.from(await zipped.arrayBuffer()));
      const read =
        form.type === JSON_TYPE
          ? fromJson(CreateAlertResponseSchema, JSON.parse(bytes.toString()))
          : fromBinary(CreateAlertResponseSchema, bytes);
      expect(read.traceId).to.have.lengthOf(2_000);
      const zippedAgain = await post(form, { 'accept-encoding': 'gzip' });
      expect(zippedAgain.headers.get('content-encoding')).to.equal('gzip');
    }
  });

  it('is read by a client of Connect as any other', async () => {
    const call = async (useBinaryFormat: boolean) => {
      const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: '2', useBinaryFormat });
      const found: (string | null)[] = [];
      const { uid } = await createClient(AlertService, transport).createAlert(
        { alert },
        { headers: { 'idempotency-key': KEY }, onHeader: headers => found.push(headers.get('idempotency-replayed')) },
      );
      return [uid, ...found];
    };
    for (const useBinaryFormat of [true, false]) {
      known = { kind: Kind.BEGUN };
      expect(await call(useBinaryFormat)).to.deep.equal(['a-1', null]);
      remember();
      expect(await call(useBinaryFormat)).to.deep.equal(['a-1', 'true']);
    }
    known = { kind: Kind.IN_PROGRESS };
    const error = await call(true).then(() => expect.fail('it was answered'), ConnectError.from);
    expect(error.code).to.equal(Code.Aborted);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('IDEMPOTENCY_KEY_IN_USE');
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(1n);
  });

  it('that was answered at length is not carried out again, and says so', async () => {
    carryOut = async () => ({ uid: 'a-1', traceId: 'x'.repeat(1024 * 1024) });
    for (const form of [REST, CONNECT]) {
      known = { kind: Kind.BEGUN };
      done = 0;
      const first = await post(form);
      expect((await first.text()).length).to.be.above(1024 * 1024);
      expect([kept.at(-1)?.answer?.status, kept.at(-1)?.answer?.body]).to.deep.equal([first.status, undefined]);
      remember();
      const again = await post(form);
      expect([again.status, reasonIn((await again.json()) as JsonObject)]).to.deep.equal([
        409,
        'IDEMPOTENCY_ANSWER_NOT_KEPT',
      ]);
      expect(again.headers.get('retry-after')).to.equal(null);
      expect(done).to.equal(1);
    }
  });

  it('for an API key never has the key itself kept', async () => {
    carryOut = async () => ({ apiKey: { id: 'AbC' }, key: 'vgk_secret' });
    const apiKey = { name: 'camera 7', scopes: ['alerts:write'] };
    for (const [path, body] of [
      ['/v1/apiKeys', apiKey],
      ['/vigie.access.v1.ApiKeyService/CreateApiKey', { apiKey }],
    ] as const) {
      const response = await post({ path, type: JSON_TYPE, body: JSON.stringify(body) });
      expect(await response.text()).to.contain('vgk_secret');
      expect(kept.at(-1)?.answer?.body, path).to.equal(undefined);
      expect(JSON.stringify(kept.at(-1)?.answer?.headers)).not.to.contain('secret');
    }
  });

  it('means nothing where the request holds a password or a token: its fingerprint would give that away', async () => {
    const body = JSON.stringify({ email: 'ada@example.com', password: 'correct horse battery' });
    for (const path of ['/v1/sessions:logIn', '/vigie.access.v1.SessionService/LogIn']) {
      const response = await post({ path, type: JSON_TYPE, body });
      expect(response.headers.get('idempotency-replayed')).to.equal(null);
    }
    expect(begun).to.deep.equal([]);
  });

  it('is one of its caller: keys of two callers have nothing to do with one another', async () => {
    const [one, other] = [newApiKey(), newApiKey()];
    for (const authorization of ['', `Bearer ${one}`, `Bearer ${other}`]) await post(REST, { authorization });
    expect(begun.map(({ caller }) => caller)).to.deep.equal([
      '',
      `key:${one.split('_')[1]}`,
      `key:${other.split('_')[1]}`,
    ]);
  });

  it('is one of its tenant: whom an outside issuer calls alike in two tenants has two', async () => {
    // Two secrets of one id, as a stand-in for two tokens with one `sub`.
    const id = newApiKeyId();
    const [one, other] = [newApiKey(id), newApiKey(id)];
    tenants.set(one, 'acme').set(other, 'b'.repeat(63));
    for (const key of [one, other]) await post(REST, { authorization: `Bearer ${key}` });
    expect(begun.map(({ caller }) => caller)).to.deep.equal([`acme/key:${id}`, `${'b'.repeat(63)}/key:${id}`]);
  });

  it('has a batch carried out again of which items are to be sent again', async () => {
    const result = (code: Code) => {
      const error = toStatus(rpcError(code, 'no', { reason: 'NO' }));
      return { outcome: { case: 'error' as const, value: error } };
    };
    const batch = { path: '/v1/alerts:batch', type: JSON_TYPE, body: JSON.stringify({ alerts: [alert, alert] }) };
    const overConnect = { ...batch, path: '/vigie.alert.v1.AlertService/BatchCreateAlerts' };
    const binary = toBinary(
      BatchCreateAlertsRequestSchema,
      create(BatchCreateAlertsRequestSchema, { alerts: [alert, alert] }),
    );
    for (const form of [batch, overConnect, { ...overConnect, type: 'application/proto', body: binary }]) {
      told = [];
      carryOut = async () => ({ results: [accepted('a-1'), result(Code.Unavailable)] });
      expect((await post(form)).ok).to.equal(true);
      expect(told).to.deep.equal(['begin', 'release']);
      told = [];
      carryOut = async () => ({ results: [accepted('a-1'), result(Code.InvalidArgument)] });
      expect((await post(form)).ok).to.equal(true);
      expect(told).to.deep.equal(['begin', 'finish']);
    }
  });

  it('has the redrive of a quarantine done once', async () => {
    carryOut = async () => ({ redriven: 100, remaining: 7 });
    const redrive = { path: '/v1/quarantine:redrive', type: JSON_TYPE, body: '{"store":"store-42"}' };
    const first = await (await post(redrive)).json();
    remember();
    expect(await (await post(redrive)).json()).to.deep.equal(first);
    expect([first, done]).to.deep.equal([{ redriven: 100, remaining: 7 }, 1]);
  });

  it('holds its key longer than its deadline', async () => {
    const leases = () => begun.map(({ lease }) => durationMs(lease as Duration));
    await post(REST);
    await post(CONNECT, { 'connect-timeout-ms': '120000' });
    await post(CONNECT, { 'connect-timeout-ms': '9999999999' });
    expect(leases()).to.deep.equal([60_000, 130_000, 310_000]);
  });

  it('is bounded as any other: bodies that are too large are refused before their key is looked at', async () => {
    const limits = readConfig({ MAX_BODY_BYTES: '1024' }).requestLimits;
    await using small = await runGateway({}, { requestLimits: limits });
    for (const { path, type } of FORMS) {
      const response = await fetch(`${small.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': type, 'idempotency-key': KEY },
        body: ' '.repeat(2_000),
      });
      expect(response.status, path).to.equal(path === CREATE ? 429 : 413);
    }
  });

  it('has a kept answer count as in hand until it is sent', async () => {
    const { callLimits } = readConfig({});
    await using narrow = await runGateway(
      {
        storeKeys: {
          begin: async () => ({
            kind: Kind.ANSWERED,
            answer: { status: 200, headers: { 'content-type': JSON_TYPE }, body: new Uint8Array(400_000).fill(32) },
          }),
        },
      },
      { callLimits: { ...callLimits, maxBytes: 512 * 1024, maxBytesPerCaller: 512 * 1024 } },
    );
    const headers = { 'content-type': JSON_TYPE, 'idempotency-key': KEY };
    const response = await fetch(`${narrow.url}/v1/alerts`, { method: 'POST', headers, body: REST.body });
    expect(response.status).to.equal(429);
  });

  it('is 503 while store-svc is away, and without a key is carried out as ever', async () => {
    await gateway.stopServices('store');
    try {
      const response = await post(REST);
      expect([response.status, response.headers.get('retry-after')]).to.deep.equal([503, '1']);
      expect(done).to.equal(0);
      const headers = { 'content-type': JSON_TYPE };
      const without = await fetch(`${gateway.url}/v1/alerts`, { method: 'POST', headers, body: REST.body });
      expect([without.status, done]).to.deep.equal([202, 1]);
    } finally {
      await gateway.stopServices();
      await gateway.restartServices();
    }
    await waitFor('store-svc', async () => (await post(REST)).ok || undefined);
  });

  describe('the header means nothing', () => {
    const headers = { 'idempotency-key': '"not a key"' };

    it('in a GET, of REST or of Connect', async () => {
      expect((await fetch(`${gateway.url}/v1/alerts/a-1`, { headers })).status).to.equal(200);
      const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: '1.1', useHttpGet: true });
      await createClient(AlertService, transport).getAlert({ uid: 'a-1' }, { headers });
      expect([told, done]).to.deep.equal([[], 2]);
    });

    it('over gRPC and gRPC-Web', async () => {
      for (const transport of [
        createGrpcTransport({ baseUrl: gateway.url }),
        createGrpcWebTransport({ baseUrl: gateway.url, httpVersion: '1.1' }),
      ]) {
        await createClient(AlertService, transport).createAlert({ alert }, { headers });
      }
      expect([told, done]).to.deep.equal([[], 2]);
    });

    it('for streams', async () => {
      const transport = createConnectTransport({ baseUrl: gateway.url, httpVersion: '2' });
      const answers = createClient(AlertService, transport).streamAlerts(yieldAll([{ alert }]), { headers });
      expect(await Array.fromAsync(answers)).to.have.lengthOf(1);
      expect(told).to.deep.equal([]);
    });
  });

  it('is no metadata for services', async () => {
    let seen: Headers | undefined;
    await using other = await runGateway({
      ingest: {
        async createAlert(_request, { header }) {
          seen = header;
          return {};
        },
      },
    });
    await createClient(AlertService, createGrpcTransport({ baseUrl: other.url })).createAlert(
      { alert },
      { headers: { 'idempotency-key': KEY, 'x-tenant': 'acme' } },
    );
    expect([seen?.get('x-tenant'), seen?.has('idempotency-key')]).to.deep.equal(['acme', false]);
  });

  it('answers whoever asks by gzip alone with what it was', async () => {
    carryOut = async () => ({ uid: 'a-1', traceId: 'y'.repeat(5_000) });
    await post(REST);
    remember();
    const request = httpRequest(`${gateway.url}/v1/alerts`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE, 'idempotency-key': KEY, 'accept-encoding': 'gzip' },
      agent: false,
    });
    request.end(REST.body);
    const [response] = await once(request, 'response');
    const text = gunzipSync(Buffer.concat(await Array.fromAsync(response))).toString();
    expect(text).to.equal(Buffer.from(kept[0]?.answer?.body ?? []).toString());
  });
});
