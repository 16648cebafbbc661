import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Client, Code, createClient, type Transport } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { waitFor } from '@vigie/dev-env/testing';
import { OutcomeFeedError } from '@vigie/outcome-feed';
import { translateFeedError } from '@vigie/outcome-feed/wire';
import { BadRequestSchema, ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Alert_Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import {
  AlertService,
  type WatchAlertsRequestSchema,
  type WatchAlertsResponse,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { rpcError } from '@vigie/service-kit/grpc';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { readConfig } from '../../../config.ts';
import { FakeOutcomes, tokenAt } from '../../../testing/fake-outcomes.ts';
import { closing, PROTOCOLS } from '../../../testing/protocols.ts';
import { readLines } from '../../../testing/read-lines.ts';
import { type RunningGateway, runGateway } from '../../../testing/running-gateway.ts';

type Request = MessageInitShape<typeof WatchAlertsRequestSchema>;

const WATCH_ALERTS = '/vigie.alert.v1.AlertService/WatchAlerts';
/** How far a watch of these gateways may fall behind. */
const RECENT = 16;

describe('watches through the gateway', () => {
  let outcomes: FakeOutcomes;
  let gateway: RunningGateway;
  let owned: AsyncDisposableStack;

  beforeEach(async () => {
    owned = new AsyncDisposableStack();
    outcomes = new FakeOutcomes();
    const services = { store: { watchAlerts: outcomes.watchAlerts } };
    gateway = owned.use(await runGateway(services, { recentOutcomes: RECENT, sendTimeoutMs: 5_000 }));
  });
  afterEach(() => owned.disposeAsync());

  /** A client's watch, over whatever protocol. */
  interface ClientWatch {
    /** The next response's uid, or undefined if it has no alert. @throws what the watch ends with */
    next(): Promise<string | undefined>;
    readonly resumeToken: () => string;
    leave(): void;
  }

  function watchBy(transport: Transport, request: Request = {}, timeoutMs?: number): ClientWatch {
    owned.use(closing(transport));
    const client: Client<typeof AlertService> = createClient(AlertService, transport);
    const abort = new AbortController();
    owned.defer(() => abort.abort());
    const options = { signal: abort.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const responses = client.watchAlerts(request, options)[Symbol.asyncIterator]();
    let last: WatchAlertsResponse | undefined;
    return {
      async next() {
        const { value, done } = await responses.next();
        if (done) throw new Error('The watch has ended.');
        last = value;
        return value.alert?.uid;
      },
      resumeToken: () => last?.resumeToken ?? '',
      leave: () => abort.abort(),
    };
  }

  const watchByGrpc = (request: Request = {}, timeoutMs?: number) =>
    watchBy(createGrpcTransport({ baseUrl: gateway.url }), request, timeoutMs);

  async function watchByRest(query: string, accept: string): Promise<ClientWatch> {
    const abort = new AbortController();
    owned.defer(() => abort.abort());
    const response = await fetch(`${gateway.url}/v1/alerts:watch${query}`, {
      headers: { accept },
      signal: abort.signal,
    });
    const lines = readLines(response);
    let resumeToken = '';
    return {
      async next() {
        for (let line = await lines.next(); !line.done; line = await lines.next()) {
          const json = line.value.replace(/^data: /, '');
          if (!json.startsWith('{')) continue;
          const message = JSON.parse(json);
          if (message.error !== undefined) throw new Error(json);
          resumeToken = message.resumeToken;
          return message.alert?.uid;
        }
        throw new Error('The watch has ended.');
      },
      resumeToken: () => resumeToken,
      leave: () => abort.abort(),
    };
  }

  const openWatches = async () =>
    Number(/vigie_gateway_watches\S* (\d+)/.exec(await gateway.metrics.metrics())?.[1] ?? Number.NaN);

  type Filter = Partial<Record<'stores' | 'labels', string[]>>;
  const queryOf = ({ stores = [], labels = [] }: Filter) => {
    const query = new URLSearchParams();
    for (const store of stores) query.append('stores', store);
    for (const label of labels) query.append('labels', label);
    return `?${query}`;
  };
  const forms: readonly { name: string; open: (filter?: Filter) => Promise<ClientWatch> }[] = [
    ...PROTOCOLS.map(({ name, open }) => ({ name, open: async (filter = {}) => watchBy(open(gateway), filter) })),
    { name: 'REST, NDJSON', open: (filter = {}) => watchByRest(queryOf(filter), '*/*') },
    { name: 'REST, server-sent events', open: (filter = {}) => watchByRest(queryOf(filter), 'text/event-stream') },
  ];
  for (const { name, open } of forms) {
    describe(name, () => {
      it('send what matches, all from one subscription', async () => {
        const [all, one] = [await open(), await open({ stores: ['store-1'] })];
        expect([await all.next(), await one.next()]).to.deep.equal([undefined, undefined]);
        outcomes.report('a', { store: 'store-2' });
        const token = outcomes.report('b');
        expect([await all.next(), await all.next(), await one.next()]).to.deep.equal(['a', 'b', 'b']);
        expect([all.resumeToken(), one.resumeToken()]).to.deep.equal([token, token]);
        expect(outcomes.requests.map(({ stores, resumeToken }) => [stores, resumeToken])).to.deep.equal([[[], '']]);
      });

      it('send what is of one of several stores and has all labels', async () => {
        const watch = await open({ stores: ['store-2', 'store-1'], labels: ['camera=3', 'site=Évry'] });
        await watch.next();
        const labels = { camera: '3', site: 'Évry' };
        outcomes.report('a', { labels });
        outcomes.report('b', { store: 'store-2', labels: { ...labels, camera: '33' } });
        outcomes.report('c', { store: 'store-3', labels });
        outcomes.report('d', { store: 'store-2', labels: { ...labels, more: '' } });
        expect([await watch.next(), await watch.next()]).to.deep.equal(['a', 'd']);
      });

      it('end with the error of the subscription', async () => {
        const watch = await open();
        await watch.next();
        outcomes.fail(rpcError(Code.DataLoss, 'The outcomes are torn.', { reason: 'TORN' }));
        const error = await watch.next().catch((error: Error) => error);
        expect(String(error))
          .to.match(/data.?loss|DATA_LOSS/i)
          .and.contain('The outcomes are torn.');
      });

      it('are cancelled when the client leaves', async () => {
        const watch = await open();
        await watch.next();
        expect([await openWatches(), outcomes.calls.size]).to.deep.equal([1, 1]);
        watch.leave();
        await waitFor('no watch', async () => ((await openWatches()) === 0 ? true : undefined));
        await waitFor('no subscription', () => (outcomes.calls.size === 0 ? true : undefined));
      });
    });
  }

  it('go on after a token among the recent outcomes without another call', async () => {
    await watchByGrpc().next();
    const token = outcomes.report('a');
    outcomes.report('b');
    await waitFor('the outcomes', async () => {
      const watch = watchByGrpc({ resumeToken: tokenAt(1) });
      const uids = [await watch.next(), await watch.next()];
      watch.leave();
      return uids[1] === 'b' && outcomes.requests.length === 1 ? true : undefined;
    });
    const resumed = watchByGrpc({ resumeToken: token });
    expect([await resumed.next(), await resumed.next()]).to.deep.equal([undefined, 'b']);
    expect(await resumed.next(), 'caught up').to.equal(undefined);
    outcomes.report('c');
    expect(await resumed.next()).to.equal('c');
  });

  it('catch up by a call with their own filter', async () => {
    const labels = { camera: '3' };
    outcomes.report('a', { labels });
    outcomes.report('b', { store: 'store-2', labels });
    outcomes.report('c', { store: 'store-2' });
    outcomes.report('d', { store: 'store-3', labels });
    await watchByGrpc().next();
    const filter = { stores: ['store-3', 'store-2'], labels: ['camera=3'] };
    const resumed = watchByGrpc({ ...filter, resumeToken: tokenAt(0) });
    expect([await resumed.next(), await resumed.next(), await resumed.next()]).to.deep.equal([undefined, 'b', 'd']);
    const { stores, labels: asked } = outcomes.requests[1] as (typeof outcomes.requests)[0];
    expect([stores, asked]).to.deep.equal([['store-2', 'store-3'], ['camera=3']]);
  });

  it('have a call of their own while they catch up from further back', async () => {
    for (const uid of ['a', 'b', 'c']) outcomes.report(uid);
    const current = watchByGrpc();
    await current.next();
    const resumed = watchByGrpc({ resumeToken: tokenAt(1) });
    expect([await resumed.next(), await resumed.next(), await resumed.next()]).to.deep.equal([undefined, 'b', 'c']);
    await waitFor('one call', () => (outcomes.calls.size === 1 ? true : undefined));
    expect(outcomes.requests.map(({ resumeToken }) => resumeToken)).to.deep.equal(['', tokenAt(1)]);
    outcomes.report('d');
    expect(await current.next()).to.equal('d');
    while ((await resumed.next()) !== 'd');
  });

  it('stay open while store-svc restarts, and miss nothing', async () => {
    const watch = watchByGrpc();
    await watch.next();
    outcomes.report('a');
    expect(await watch.next()).to.equal('a');
    await gateway.stopServices();
    outcomes.report('b');
    await gateway.restartServices();
    outcomes.report('c');
    expect([await watch.next(), await watch.next()]).to.deep.equal(['b', 'c']);
    expect(outcomes.requests.at(-1)?.resumeToken).to.equal(tokenAt(1));
  });

  it('end with UNAVAILABLE when the outcomes are lost', async () => {
    const watch = watchByGrpc();
    await watch.next();
    outcomes.fail(translateFeedError(new OutcomeFeedError('OUTCOMES_LOST', 'gone')) as Error);
    const error = await failure(watch.next());
    expect([error.code, error.findDetails(ErrorInfoSchema)[0]?.reason]).to.deep.equal([
      Code.Unavailable,
      'OUTCOMES_LOST',
    ]);
  });

  it('end with UNAVAILABLE at once if store-svc is away when they begin', async () => {
    await gateway.stopServices();
    const error = await failure(watchByGrpc().next());
    expect([error.code, error.findDetails(ErrorInfoSchema)[0]?.reason]).to.deep.equal([
      Code.Unavailable,
      'UPSTREAM_UNREACHABLE',
    ]);
  });

  it('end at the deadline that their client sets', async () => {
    const watch = watchByGrpc({}, 500);
    // The client may give up before it has the first response.
    const error = await failure(
      (async () => {
        while (true) await watch.next();
      })(),
    );
    expect(error.code).to.equal(Code.DeadlineExceeded);
    await waitFor('no watch', async () => ((await openWatches()) === 0 ? true : undefined));
  });

  it('are refused with each field that is wrong', async () => {
    const wrong = { stores: ['a', '\n'], labels: ['camera'], statuses: [Alert_Status.RECEIVED] };
    const refused = await failure(watchByGrpc({ ...wrong, resumeToken: 'nonsense' }).next());
    const fields = refused.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field);
    expect(fields).to.deep.equal(['stores[1]', 'labels[0]', 'statuses', 'resume_token']);
    const response = await fetch(`${gateway.url}/v1/alerts:watch?resume_token=nonsense`);
    expect(response.status).to.equal(400);
    expect(outcomes.requests).to.deep.equal([]);
  });

  describe('of many stores', () => {
    const stores = Array.from({ length: 100 }, (_, index) => `store-${index}`);
    const inHand = async () =>
      Number(/server_bytes_in_hand\{kind="streams"\S* (\d+)/.exec(await gateway.metrics.metrics())?.[1] ?? Number.NaN);

    it('are many, and count for what they keep until they end', async () => {
      const watches = Array.from({ length: 150 }, () => watchByGrpc({ stores }));
      watches.push(await watchByRest(`?stores=${stores.join('&stores=')}`, '*/*'));
      for (const watch of watches) expect(await watch.next()).to.equal(undefined);
      const each = (await inHand()) / watches.length;
      expect(each).to.be.within(20_000, 40_000);
      outcomes.report('a', { store: 'store-99' });
      for (const watch of watches) {
        expect(await watch.next()).to.equal('a');
        watch.leave();
      }
      await waitFor('nothing in hand', async () => ((await inHand()) === 0 ? true : undefined));
    });

    it('are refused once they keep too much, those of one store never', async () => {
      const streamLimits = { ...readConfig({}).streamLimits, maxBytesPerCaller: 50_000 };
      gateway = owned.use(await runGateway({ store: { watchAlerts: outcomes.watchAlerts } }, { streamLimits }));
      await watchByGrpc({ stores }).next();
      const error = await failure(watchByGrpc({ stores }).next());
      expect([error.code, error.rawMessage]).to.satisfy(
        ([code, message]: [Code, string]) => code === Code.ResourceExhausted && message.includes('maxBytesPerCaller'),
      );
      const response = await fetch(`${gateway.url}/v1/alerts:watch?stores=${stores.join('&stores=')}`);
      expect(response.status).to.equal(429);
      expect(await watchByGrpc({ stores: ['store-1'] }).next()).to.equal(undefined);
    });
  });

  describe('a client that never reads', () => {
    /** More than the kernel buffers for a client. */
    const LARGE = 'x'.repeat(512 * 1024);

    async function reportMuch(): Promise<void> {
      const quick = watchByGrpc();
      await quick.next();
      for (let reported = 0; reported < 2 * RECENT; reported++) {
        outcomes.report(`uid-${reported}`, { video: LARGE });
        expect(await quick.next()).to.equal(`uid-${reported}`);
      }
    }

    async function watchByHttp1(): Promise<Socket> {
      const socket = connect(gateway.port, '127.0.0.1');
      owned.defer(() => void socket.destroy());
      socket.write('GET /v1/alerts:watch HTTP/1.1\r\nhost: localhost\r\n\r\n');
      await once(socket, 'readable');
      return socket;
    }

    it('is ended with a token to go on from, and holds no other up', async () => {
      const socket = await watchByHttp1();
      socket.setEncoding('latin1');
      await reportMuch();
      await waitFor('the end of the slow watch', async () =>
        (await gateway.metrics.metrics()).includes('code="OUT_OF_RANGE"') ? true : undefined,
      );
      let text = '';
      socket.on('readable', () => {
        text += socket.read() ?? '';
      });
      const { token } = await waitFor('the end', () => /"resume_token":"(?<token>[^"]+)"/.exec(text)?.groups);
      expect(text).to.contain('OUT_OF_RANGE').and.contain('WATCH_FELL_BEHIND');
      const last = [...text.matchAll(/"uid":"uid-(\d+)"/g)].at(-1)?.[1];
      const resumed = watchByGrpc({ resumeToken: token as string });
      expect([await resumed.next(), await resumed.next()]).to.deep.equal([undefined, `uid-${Number(last) + 1}`]);
    });

    it('loses its connection in the end, over HTTP/2 its stream alone', async () => {
      await watchByHttp1();
      const session = connectHttp2(gateway.url);
      owned.defer(() => session.destroy());
      const stream = session.request({
        ...{ ':method': 'POST', ':path': WATCH_ALERTS },
        ...{ 'content-type': 'application/grpc', te: 'trailers' },
      });
      stream.on('error', () => undefined);
      stream.end(Buffer.alloc(5));
      await once(stream, 'response');
      expect(await openWatches()).to.equal(2);
      await reportMuch();
      await waitFor('the quick watch alone', async () => ((await openWatches()) === 1 ? true : undefined));
      const other = session.request({ ':path': '/v1/nothing' });
      const [headers] = await once(other, 'response');
      expect(headers[':status']).to.equal(404);
    });
  });
});
