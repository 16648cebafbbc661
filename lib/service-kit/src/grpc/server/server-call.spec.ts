import { once } from 'node:events';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { gunzipSync, gzipSync } from 'node:zlib';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, createClient, decodeBinaryHeader } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import {
  AlertService,
  BatchCreateAlertsRequestSchema,
  ListAlertsRequestSchema,
  StreamAlertsRequestSchema,
} from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { expect } from 'chai';
import { encodeEnvelope } from '../../limits/read-envelopes.ts';
import { createMetrics } from '../../telemetry/metrics.ts';
import { aborted, failure } from '../testing/rpc-outcome.ts';
import { openChannel, startSpecServer } from '../testing/spec-server.ts';
import { DEFAULT_GRPC_SERVER_LIMITS } from './grpc-server-limits.ts';

const PATHS = {
  batch: '/vigie.alert.v1.AlertService/BatchCreateAlerts',
  stream: '/vigie.alert.v1.AlertService/StreamAlerts',
  watch: '/vigie.alert.v1.AlertService/WatchAlerts',
};
const HEADERS = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
const MIB = 1024 * 1024;

interface RawAnswer {
  readonly httpStatus: number | undefined;
  readonly code: string | undefined;
  readonly message: string;
  /** Of `google.rpc.ErrorInfo`. */
  readonly reason: string | undefined;
  readonly traceId: string | undefined;
}

/** What a client sees that sends these bytes as the body; without `ends` it goes on sending nothing. */
async function sendRaw(
  session: ClientHttp2Session,
  path: string,
  body: Uint8Array,
  { ends = true, headers = {} }: { readonly ends?: boolean; readonly headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  const stream = session.request({ ...HEADERS, ':path': path, ...headers });
  stream.on('error', () => undefined);
  const seen: IncomingHttpHeaders = {};
  for (const event of ['response', 'trailers']) stream.on(event, found => Object.assign(seen, found));
  stream.resume();
  stream.write(body);
  if (ends) stream.end();
  await once(stream, ends ? 'close' : 'end');
  stream.close();
  const { ':status': httpStatus, 'grpc-status': status, 'grpc-message': message } = seen;
  const details = seen['grpc-status-details-bin'];
  const [info] = details === undefined ? [] : fromBinary(StatusSchema, decodeBinaryHeader(String(details))).details;
  return {
    httpStatus: httpStatus as number | undefined,
    code: status === undefined ? undefined : Code[Number(status)],
    message: decodeURIComponent(String(message ?? '')),
    reason: info && anyUnpack(info, ErrorInfoSchema)?.reason,
    traceId: seen['trace-id'] as string | undefined,
  };
}

function batch(count: number): Uint8Array {
  const request: MessageInitShape<typeof BatchCreateAlertsRequestSchema> = {
    alerts: Array.from({ length: count }, (_, index) => ({ uid: `u${index}` })),
  };
  return toBinary(BatchCreateAlertsRequestSchema, create(BatchCreateAlertsRequestSchema, request));
}

describe('a call of a GrpcServer', () => {
  const metrics = createMetrics('spec');
  let finish = Promise.withResolvers<void>();
  let server: Awaited<ReturnType<typeof startSpecServer>>;
  let session: ClientHttp2Session;

  before(async () => {
    const { callLimits, streamLimits, requestLimits } = DEFAULT_GRPC_SERVER_LIMITS;
    server = await startSpecServer(
      AlertService,
      {
        batchCreateAlerts: async ({ alerts }) => ({
          results: alerts.map(({ uid }) => ({
            outcome: { case: 'accepted' as const, value: { uid } },
          })),
        }),
        getAlert: async ({ uid }) => {
          await finish.promise;
          return { uid };
        },
        async *streamAlerts(requests) {
          for await (const { alert } of requests) {
            yield { result: { outcome: { case: 'accepted' as const, value: { uid: alert?.uid ?? '' } } } };
          }
        },
        async *watchAlerts(_request, { signal, sendHeaders }) {
          sendHeaders();
          await aborted(signal);
          yield* [];
        },
      },
      {
        metrics,
        limits: {
          ...DEFAULT_GRPC_SERVER_LIMITS,
          callLimits: { ...callLimits, maxCalls: 4, maxBytes: 10 * MIB, maxBytesPerCaller: 10 * MIB },
          streamLimits: { ...streamLimits, maxCalls: 2 },
          requestLimits: { ...requestLimits, bodyTimeoutMs: 400 },
        },
      },
    );
    session = connect(`http://${server.address}`);
    await once(session, 'connect');
  });
  beforeEach(() => {
    finish = Promise.withResolvers();
  });
  after(async () => {
    session.destroy();
    await server[Symbol.asyncDispose]();
  });

  it('answers a request that is compressed, or comes a byte at a time', async () => {
    const compressed = encodeEnvelope(1, gzipSync(batch(3)));
    const gzip = await sendRaw(session, PATHS.batch, compressed, { headers: { 'grpc-encoding': 'gzip' } });
    expect(gzip.code).to.equal(undefined);
    expect(gzip.httpStatus).to.equal(200);

    const streamed = toBinary(StreamAlertsRequestSchema, create(StreamAlertsRequestSchema, { alert: { uid: 'a' } }));
    const stream = session.request({ ...HEADERS, ':path': PATHS.stream });
    const trailers = once(stream, 'trailers');
    stream.resume();
    for (const byte of encodeEnvelope(0, streamed)) stream.write(Buffer.of(byte));
    stream.end();
    const [{ 'grpc-status': status }] = await trailers;
    expect(status).to.equal('0');
  });

  for (const { what, path, body, headers, code, says } of [
    {
      what: 'one that is compressed in an unknown way',
      path: PATHS.batch,
      body: encodeEnvelope(1, batch(1)),
      headers: { 'grpc-encoding': 'deflate' },
      code: 'Unimplemented',
      says: 'gzip',
    },
    {
      what: 'one that is compressed without saying how',
      path: PATHS.batch,
      body: encodeEnvelope(1, gzipSync(batch(1))),
      code: 'InvalidArgument',
      says: 'compressed',
    },
    {
      what: '20 KB of gzip that stand for 20 MB',
      path: PATHS.batch,
      body: encodeEnvelope(1, gzipSync(Buffer.alloc(20 * MIB))),
      headers: { 'grpc-encoding': 'gzip' },
      code: 'ResourceExhausted',
      says: 'once decompressed',
    },
    {
      what: 'a million empty items',
      path: PATHS.batch,
      body: encodeEnvelope(0, Buffer.from('0a00'.repeat(MIB), 'hex')),
      code: 'ResourceExhausted',
      says: 'maxValues',
    },
    {
      what: 'bytes that are no protobuf',
      path: PATHS.batch,
      body: encodeEnvelope(0, Buffer.from('ffffff', 'hex')),
      code: 'InvalidArgument',
      says: 'protobuf',
    },
    {
      what: 'bytes that are no protobuf, in a stream',
      path: PATHS.stream,
      body: encodeEnvelope(0, Buffer.from('ffffff', 'hex')),
      code: 'InvalidArgument',
      says: 'protobuf',
    },
    {
      what: 'half a message',
      path: PATHS.batch,
      body: encodeEnvelope(0, batch(2)).subarray(0, 8),
      code: 'InvalidArgument',
      says: 'middle of a message',
    },
    { what: 'no message', path: PATHS.batch, body: Buffer.alloc(0), code: 'InvalidArgument', says: 'one message' },
    {
      what: 'two messages where one is taken',
      path: PATHS.watch,
      body: Buffer.concat([encodeEnvelope(0, Buffer.alloc(0)), encodeEnvelope(0, Buffer.alloc(0))]),
      code: 'InvalidArgument',
      says: 'one message',
    },
    {
      what: 'a message that is announced too long',
      path: PATHS.stream,
      body: Buffer.from('0010000000', 'hex'),
      code: 'ResourceExhausted',
      says: 'larger than',
    },
    {
      what: 'a deadline that is none',
      path: PATHS.batch,
      body: encodeEnvelope(0, batch(1)),
      headers: { 'grpc-timeout': 'soon' },
      code: 'InvalidArgument',
      says: 'timeout',
    },
    {
      what: 'a method that is not there',
      path: '/vigie.alert.v1.AlertService/Nothing',
      body: encodeEnvelope(0, batch(1)),
      code: 'Unimplemented',
      says: 'Nothing',
    },
  ]) {
    it(`is refused with the reason: ${what}`, async () => {
      const answer = await sendRaw(session, path, body, { headers: headers ?? {} });
      expect(answer.code).to.equal(code);
      expect(answer.message).to.contain(says);
      expect(answer.reason).to.match(/^[A-Z_]+$/);
    });
  }

  it('tells that a stream is accepted before its first message comes', async () => {
    const stream = session.request({ ...HEADERS, ':path': PATHS.stream });
    const [{ ':status': status, 'grpc-status': code }] = await once(stream, 'response');
    expect([status, code]).to.deep.equal([200, undefined]);
    stream.end();
    const [{ 'grpc-status': atLast }] = await once(stream.resume(), 'trailers');
    expect(atLast).to.equal('0');
  });

  it('ends when its body does not come', async () => {
    for (const path of [PATHS.batch, PATHS.stream, PATHS.watch]) {
      const answer = await sendRaw(session, path, encodeEnvelope(0, batch(2)).subarray(0, 8), { ends: false });
      expect([path, answer.code]).to.deep.equal([path, 'DeadlineExceeded']);
    }
  });

  it('is refused while too many are answered, is counted, and gets through afterwards', async () => {
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);
    const held = Array.from({ length: 4 }, () => client.getAlert({ uid: 'a' }));
    const inFlight = async () => (await metrics.metrics()).match(/server_admitted\{kind="calls".*\} (\d+)/)?.[1];
    while ((await inFlight()) !== '4') await new Promise(resolve => setImmediate(resolve));
    const refused = await failure(client.getAlert({ uid: 'a' }));
    expect([refused.code, refused.rawMessage]).to.deep.equal([
      Code.ResourceExhausted,
      'No more than 4 calls are answered at once (maxCalls); send the request again soon.',
    ]);
    expect(await metrics.metrics()).to.match(/server_refused_total\{kind="calls",bound="maxCalls".*\} [1-9]/);
    expect(await metrics.metrics()).to.match(
      /grpc_server_handled_total\{method="\/vigie.alert.v1.AlertService\/GetAlert",code="ResourceExhausted".*\} 1/,
    );
    finish.resolve();
    expect((await Promise.all(held)).map(({ uid }) => uid)).to.deep.equal(['a', 'a', 'a', 'a']);
    expect((await client.getAlert({ uid: 'b' })).uid).to.equal('b');
  });

  it('gives its place free when the client leaves', async () => {
    for (let left = 0; left < 6; left++) {
      const stream = session.request({ ...HEADERS, ':path': PATHS.watch });
      stream.on('error', () => undefined);
      stream.end(encodeEnvelope(0, Buffer.alloc(0)));
      const [{ ':status': status, 'grpc-status': code }] = await once(stream, 'response');
      expect([status, code]).to.deep.equal([200, undefined]);
      stream.close();
      await once(stream, 'close');
      // The server has seen the reset once it answers what was sent after it.
      await new Promise(resolve => session.ping(resolve));
    }
  });

  it('ends at its deadline, also where nobody looks at the signal', async () => {
    const answer = await sendRaw(session, '/vigie.alert.v1.AlertService/GetAlert', encodeEnvelope(0, Buffer.alloc(0)), {
      headers: { 'grpc-timeout': '50m' },
    });
    finish.resolve();
    expect([answer.code, answer.reason]).to.deep.equal(['DeadlineExceeded', 'DEADLINE_EXCEEDED']);
  });

  it('tells a client that speaks something else where to go', async () => {
    const http1 = await fetch(`http://${server.address}/v1/alerts`, { method: 'POST', body: '{}' });
    expect(http1.status).to.equal(505);
    expect(await http1.text()).to.contain('gateway');
    for (const type of ['application/json', 'application/grpc-web+proto', 'application/grpc+json']) {
      const answer = await sendRaw(session, PATHS.batch, Buffer.from('{}'), { headers: { 'content-type': type } });
      expect([type, answer.httpStatus]).to.deep.equal([type, 415]);
    }
  });

  it('says by which trace to follow it, whatever it ends with', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    for (const body of [batch(1), Buffer.from('ffffff', 'hex')]) {
      const answer = await sendRaw(session, PATHS.batch, encodeEnvelope(0, body), { headers: { traceparent } });
      expect(answer.traceId).to.equal('0af7651916cd43dd8448eb211c80319c');
    }
  });

  it('is answered in gzip if the caller reads that, where it gets smaller by that', async () => {
    const agents: string[] = [];
    await using verbose = await startSpecServer(AlertService, {
      async listAlerts({ pageSize }, { header }) {
        if (pageSize === 1) agents.push(header.get('user-agent') ?? '');
        return { nextPageToken: 'x'.repeat(pageSize) };
      },
    });
    const path = '/vigie.alert.v1.AlertService/ListAlerts';
    const client = connect(`http://${verbose.address}`);
    const ask = async (pageSize: number, headers: Record<string, string>, wanted?: string): Promise<Buffer> => {
      const stream = client.request({ ...HEADERS, ':path': path, ...headers });
      const request = toBinary(ListAlertsRequestSchema, create(ListAlertsRequestSchema, { pageSize }));
      stream.end(encodeEnvelope(0, request));
      const [{ 'grpc-encoding': encoding }] = await once(stream, 'response');
      expect(encoding).to.equal(wanted);
      return Buffer.concat(await Array.fromAsync(stream as AsyncIterable<Buffer>));
    };
    const gzip = { 'grpc-accept-encoding': 'identity, gzip' };
    const plain = await ask(5_000, {});
    expect([plain[0], plain.byteLength > 5_000]).to.deep.equal([0, true]);
    const compressed = await ask(5_000, gzip, 'gzip');
    expect([compressed[0], compressed.byteLength < 500]).to.deep.equal([1, true]);
    expect(gunzipSync(compressed.subarray(5))).to.deep.equal(plain.subarray(5));
    expect((await ask(500, gzip, 'gzip'))[0]).to.equal(0);

    // A service is near.
    using channel = openChannel(verbose.address);
    await createClient(AlertService, channel).listAlerts({ pageSize: 1 });
    const [agent] = agents;
    expect((await ask(5_000, { ...gzip, 'user-agent': agent ?? '' }))[0]).to.equal(0);
    client.destroy();
  });

  it('stops the writer when the reader stops', async () => {
    let sent = 0;
    await using endless = await startSpecServer(AlertService, {
      async *watchAlerts() {
        while (true) {
          sent++;
          yield { resumeToken: 'x'.repeat(1024) };
        }
      },
    });
    const deaf = connect(`http://${endless.address}`);
    const stream = deaf.request({ ...HEADERS, ':path': PATHS.watch });
    stream.on('error', () => undefined);
    stream.end(encodeEnvelope(0, Buffer.alloc(0)));
    await once(stream, 'response');
    for (let before = -1; before !== sent; ) {
      before = sent;
      for (let asked = 0; asked < 50; asked++) await new Promise(resolve => deaf.ping(resolve));
    }
    expect(sent).to.be.lessThan(1_000);
    deaf.destroy();
  });
});
