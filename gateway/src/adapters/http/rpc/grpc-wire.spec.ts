import { once } from 'node:events';
import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { Code, createClient, decodeBinaryHeader } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { StatusSchema } from '@vigie/proto/google/rpc/status_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport, rpcError } from '@vigie/service-kit/grpc';
import { accepted } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { readConfig } from '../../../config.ts';
import { type RunningGateway, runGateway } from '../../../testing/running-gateway.ts';

const GET_ALERT = '/vigie.alert.v1.AlertService/GetAlert';
const HEADERS = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
const EMPTY = Buffer.alloc(5);

interface GrpcAnswer {
  readonly headers: IncomingHttpHeaders;
  /** Undefined if the headers end the response. */
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly reason: string | undefined;
}

describe('gRPC on the wire of the gateway', () => {
  let gateway: RunningGateway;
  let session: ClientHttp2Session;
  let refusals: number;

  before(async () => {
    gateway = await runGateway(
      {
        ingest: {
          async createAlert({ alert }) {
            if (refusals-- <= 0) return { uid: alert?.uid ?? '' };
            // Not tried again by the gateway's own channel.
            throw rpcError(Code.Unavailable, 'Not now.', { reason: 'QUEUE_FULL', forbidsRetry: true });
          },
          async *streamAlerts(requests) {
            for await (const { alert } of requests) yield { result: accepted(alert?.uid) };
          },
        },
        store: {
          async getAlert({ uid }) {
            throw rpcError(Code.NotFound, `100 % of "${uid}": nothing, é\n`, { reason: 'ALERT_NOT_FOUND' });
          },
        },
      },
      { requestLimits: { ...readConfig({}).requestLimits, maxBodyBytes: 1_024 } },
    );
    session = connect(gateway.url);
  });
  beforeEach(() => {
    refusals = 0;
  });
  after(async () => {
    session.destroy();
    await gateway[Symbol.asyncDispose]();
  });

  async function call(path: string, moreHeaders: IncomingHttpHeaders = {}, body: Buffer = EMPTY): Promise<GrpcAnswer> {
    const stream = session.request({ ...HEADERS, ':path': path, ...moreHeaders });
    let trailers: IncomingHttpHeaders | undefined;
    stream.on('trailers', found => {
      trailers = found;
    });
    stream.end(body);
    stream.resume();
    const [[headers]] = await Promise.all([once(stream, 'response'), once(stream, 'end')]);
    const details = (trailers ?? headers)['grpc-status-details-bin'];
    const status = details === undefined ? undefined : fromBinary(StatusSchema, decodeBinaryHeader(String(details)));
    const info = status?.details.map(detail => anyUnpack(detail, ErrorInfoSchema)).find(found => found !== undefined);
    if (info !== undefined) expect(info.domain).to.equal('vigie');
    return { headers, trailers, reason: info?.reason };
  }

  it('tells of an error before the first message by headers alone, and encodes of its message what it must', async () => {
    const { headers, trailers, reason } = await call(GET_ALERT);
    expect([headers[':status'], headers['grpc-status'], trailers]).to.deep.equal([200, '5', undefined]);
    expect(headers['grpc-message']).to.equal('100 %25 of "": nothing, %C3%A9%0A');
    expect(headers['trace-id']).to.match(/^[0-9a-f]{32}$/);
    expect(reason).to.equal('ALERT_NOT_FOUND');
  });

  it('lets a client try again by its retry policy', async () => {
    using transport = new ChannelTransport({
      address: `127.0.0.1:${gateway.port}`,
      services: [AlertService],
      defaultTimeoutMs: 60_000,
    });
    refusals = 2;
    expect((await createClient(AlertService, transport).createAlert({ alert: { uid: 'a' } })).uid).to.equal('a');
  });

  it('tells that it has accepted a stream before the first message', async () => {
    const accepting = [
      '/vigie.alert.v1.AlertService/StreamAlerts',
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
    ];
    for (const path of accepting) {
      const stream = session.request({ ...HEADERS, ':path': path, 'grpc-accept-encoding': 'gzip' });
      const [headers] = await once(stream, 'response');
      expect(headers).to.include({ ':status': 200, 'grpc-encoding': 'gzip' });
      expect(headers).not.to.have.property('grpc-status');
      stream.end();
      const [trailers] = await once(stream.resume(), 'trailers');
      expect(trailers['grpc-status']).to.equal('0');
    }
  });

  for (const [path, headers = {}, body = EMPTY, code = 12, reason = 'UNKNOWN_METHOD'] of [
    ['/vigie.alert.v1.AlertService/Nothing'],
    ['/nobody.Service/Method'],
    ['/vigie.internal.outcome.v1.OutcomeService/RecordOutcomes'],
    ['/nobody.Service/Method', { 'content-type': 'application/grpc-web+proto' }],
    [GET_ALERT, { 'grpc-encoding': 'deflate' }, EMPTY, 12, 'UNKNOWN_ENCODING'],
    [GET_ALERT, { 'grpc-timeout': 'soon' }, EMPTY, 3, 'MALFORMED_DEADLINE'],
    [GET_ALERT, { 'grpc-timeout': '1n' }, EMPTY, 4, 'DEADLINE_EXCEEDED'],
    [GET_ALERT, {}, Buffer.alloc(2_000), 8, 'BODY_TOO_LARGE'],
    [GET_ALERT, {}, Buffer.from('0010000000', 'hex'), 3, 'INCOMPLETE_BODY'],
    [GET_ALERT, { origin: 'https://elsewhere.example' }, EMPTY, 7, 'ORIGIN_NOT_ALLOWED'],
    ['/grpc.health.v1.Health/Check', {}, Buffer.from('00000000050a036e6978', 'hex'), 5, 'UNKNOWN_SERVICE'],
  ] as const) {
    it(`gives each error of its own a reason: ${reason}, ${path} ${JSON.stringify(headers)}`, async () => {
      const answer = await call(path, headers, body);
      expect(answer.headers[':status']).to.equal(200);
      expect([answer.headers['grpc-status'], answer.reason]).to.deep.equal([String(code), reason]);
      expect(answer.headers['grpc-accept-encoding']).to.contain('gzip');
    });
  }
});
