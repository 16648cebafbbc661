import { create, isMessage, type Message } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextValues } from '@connectrpc/connect';
import { authorizeEverybody } from '@vigie/access/testing';
import { ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService, WatchAlertsResponseSchema } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport, GrpcServer } from '@vigie/service-kit/grpc';
import { createLogger, createMetrics, Health } from '@vigie/service-kit/telemetry';
import { aborted, collect, failure, yieldAll } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { ChannelUpstreams } from '../adapters/grpc/channel-upstreams.ts';
import { PUBLIC_METHODS } from '../api/public-api.ts';
import type { UpstreamCall, Upstreams } from '../api/upstreams.ts';

const { getAlert, watchAlerts } = AlertService.method;

/** Channels to a real server that says who called it, and fails as it is asked to. */
export async function openSpecUpstreams(teardown: AsyncDisposableStack): Promise<Upstreams> {
  const server = teardown.use(
    new GrpcServer({
      logger: createLogger('spec', 'silent'),
      metrics: createMetrics('spec'),
      health: new Health(),
      translateError: () => undefined,
      authorize: authorizeEverybody,
      tls: undefined,
      shutdownGraceMs: 500,
    }),
  );
  server.add(AlertService, {
    async getAlert({ uid }, { header, signal }) {
      if (uid === 'missing') {
        const detail = { desc: ErrorInfoSchema, value: { reason: 'ALERT_NOT_FOUND' } };
        throw new ConnectError('no such alert', Code.NotFound, undefined, [detail]);
      }
      if (uid === 'slow') await aborted(signal);
      return { uid, store: header.get('x-caller') ?? '' };
    },
    async *watchAlerts({ stores: [store = ''] }, { header }) {
      yield { resumeToken: header.get('x-caller') ?? '' };
      if (store === 'broken') throw new ConnectError('the stream is away', Code.Unavailable);
      yield { resumeToken: store };
    },
  });
  const port = await server.listen('127.0.0.1', 0);
  const channel = teardown.use(
    new ChannelTransport({ address: `127.0.0.1:${port}`, services: [AlertService], defaultTimeoutMs: 60_000 }),
  );
  return new ChannelUpstreams(PUBLIC_METHODS, { ingest: channel, probe: channel, store: channel, access: channel });
}

/** What all Upstreams do. @param get those of `openSpecUpstreams`, or something around them */
export function describeUpstreams(get: () => Upstreams): void {
  const callOf = (change: Partial<UpstreamCall> = {}): UpstreamCall => ({
    signal: AbortSignal.timeout(60_000),
    header: new Headers({ 'x-caller': 'me' }),
    contextValues: createContextValues(),
    ...change,
  });
  const ask = (uid: string, call = callOf()) => get().unary(getAlert, create(getAlert.input, { uid }), call);
  const watch = async (store: string) =>
    get().stream(watchAlerts, yieldAll<Message>([create(watchAlerts.input, { stores: [store] })]), callOf());
  const tokenOf = (message: Message) =>
    isMessage(message, WatchAlertsResponseSchema) ? message.resumeToken : message.$typeName;

  it("answer a call with the service's message, and bring it the caller's metadata", async () => {
    expect(await ask('a')).to.include({ $typeName: getAlert.output.typeName, uid: 'a', store: 'me' });
  });

  it('fail as the service does, with its details', async () => {
    const error = await failure(ask('missing'));
    expect(error.code).to.equal(Code.NotFound);
    expect(error.rawMessage).to.equal('no such alert');
    expect(error.findDetails(ErrorInfoSchema).map(({ reason }) => reason)).to.deep.equal(['ALERT_NOT_FOUND']);
  });

  it('end a call at its deadline', async () => {
    expect((await failure(ask('slow', callOf({ timeoutMs: 50 })))).code).to.equal(Code.DeadlineExceeded);
  });

  it('cancel a call with its signal', async () => {
    const caller = new AbortController();
    const call = failure(ask('slow', callOf({ signal: caller.signal })));
    caller.abort(new ConnectError('gone', Code.Canceled));
    expect((await call).code).to.equal(Code.Canceled);
  });

  it('stream messages both ways, until the end', async () => {
    expect(await collect(await watch('s'), tokenOf)).to.deep.equal(['me', 's']);
  });

  it('stream what came before a failure', async () => {
    const tokens: string[] = [];
    const error = await failure(
      (async () => {
        for await (const message of await watch('broken')) tokens.push(tokenOf(message));
      })(),
    );
    expect([tokens, error.code]).to.deep.equal([['me'], Code.Unavailable]);
  });
}
