import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Health as HealthService } from '@vigie/proto/health/v1/health_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { expect } from 'chai';
import { currentTrace, newTrace, withTrace } from '../telemetry/trace-context.ts';
import { ChannelTransport } from './channel-transport.ts';
import { invalidArgument, rpcError } from './rpc-error.ts';
import { aborted, accepted, collect, failure, yieldAll } from './testing/rpc-outcome.ts';
import { runServerProcess } from './testing/run-server-process.ts';
import { openChannel, startSpecServer } from './testing/spec-server.ts';

describe('ChannelTransport', () => {
  it('calls a unary method', async () => {
    await using server = await startSpecServer(AlertService, {
      createAlert: async ({ alert }) => ({ uid: alert?.uid ?? '', duplicate: true }),
    });
    using channel = openChannel(server.address);
    const answer = await createClient(AlertService, channel).createAlert({ alert: { uid: 'a' } });
    expect(answer).to.include({ uid: 'a', duplicate: true });
  });

  it('gives the headers and trailers of an answer', async () => {
    await using server = await startSpecServer(AlertService, {
      async createAlert(_request, { sendHeaders }) {
        sendHeaders();
        return {};
      },
    });
    using channel = openChannel(server.address);
    const { createAlert } = AlertService.method;
    const { header, trailer } = await channel.unary(createAlert, undefined, undefined, undefined, {});
    expect(header.get('content-type')).to.equal('application/grpc+proto');
    expect(trailer).to.be.instanceOf(Headers);
  });

  it('reads a server stream to its end', async () => {
    await using server = await startSpecServer(AlertService, {
      async *watchAlerts({ stores: [store] }) {
        for (let index = 0; index < 3; index++) yield { resumeToken: `${store}-${index}` };
      },
    });
    using channel = openChannel(server.address);
    const tokens = await collect(
      createClient(AlertService, channel).watchAlerts({ stores: ['s'] }),
      ({ resumeToken }) => resumeToken,
    );
    expect(tokens).to.deep.equal(['s-0', 's-1', 's-2']);
  });

  it('sends a client stream and gets its one answer', async () => {
    await using server = await startSpecServer(VideoService, {
      async probeStream(requests) {
        let length = 0n;
        for await (const { chunk } of requests) length += BigInt(chunk.length);
        return { finding: { case: 'missing', value: { offset: 0n, lengthBytes: length } } };
      },
    });
    using channel = openChannel(server.address);
    const answer = await createClient(VideoService, channel).probeStream(
      yieldAll([{ chunk: new Uint8Array(3) }, { chunk: new Uint8Array(4) }]),
    );
    expect(answer.finding.value).to.include({ lengthBytes: 7n });
  });

  it('lets a bidirectional stream answer each message before the next is sent', async () => {
    await using server = await startSpecServer(AlertService, {
      async *streamAlerts(requests) {
        for await (const { alert } of requests) yield { result: accepted(alert?.uid) };
      },
    });
    using channel = openChannel(server.address);
    const answered: string[] = [];
    let onAnswer = (): void => {};
    async function* pingPong() {
      for (let index = 0; index < 3; index++) {
        const answer = new Promise<void>(resolve => {
          onAnswer = resolve;
        });
        yield { alert: { uid: `u${index}` } };
        await answer;
      }
    }
    for await (const { result } of createClient(AlertService, channel).streamAlerts(pingPong())) {
      answered.push(result?.outcome.case === 'accepted' ? result.outcome.value.uid : '');
      onAnswer();
    }
    expect(answered).to.deep.equal(['u0', 'u1', 'u2']);
  });

  it('brings an error over with all its details', async () => {
    await using server = await startSpecServer(AlertService, {
      createAlert: async () => {
        throw invalidArgument([{ field: 'video', description: 'must be an absolute path' }]);
      },
      batchCreateAlerts: async () => {
        throw rpcError(Code.ResourceExhausted, 'Too many.', { reason: 'BUSY', retryDelayMs: 1_500 });
      },
    });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);

    const invalid = await failure(client.createAlert({}));
    expect(invalid.code).to.equal(Code.InvalidArgument);
    expect(invalid.rawMessage).to.equal('video must be an absolute path');
    expect(invalid.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('INVALID_FIELDS');
    expect(invalid.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal('video');

    const busy = await failure(client.batchCreateAlerts({}));
    expect(busy.findDetails(RetryInfoSchema)[0]?.retryDelay).to.include({ seconds: 1n, nanos: 500_000_000 });
  });

  it('tells the error of a stream after the messages before it, also to a reader that comes late', async () => {
    const failed = Promise.withResolvers<void>();
    await using server = await startSpecServer(AlertService, {
      async *watchAlerts() {
        yield { resumeToken: '1' };
        failed.resolve();
        throw rpcError(Code.DataLoss, 'The row is gone.', { reason: 'GONE' });
      },
    });
    using channel = openChannel(server.address);
    const response = await channel.stream(
      AlertService.method.watchAlerts,
      undefined,
      undefined,
      undefined,
      yieldAll([{}]),
    );
    await failed.promise;
    // A call after it on the same connection: the stream's status has come in once this is answered.
    await failure(createClient(AlertService, channel).getAlert({}));
    const seen: string[] = [];
    const error = await failure(
      (async () => {
        for await (const { resumeToken } of response.message) seen.push(resumeToken);
      })(),
    );
    expect(seen).to.deep.equal(['1']);
    expect(error.code).to.equal(Code.DataLoss);
    expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('GONE');
  });

  it("ends a stream with its input's own error", async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    await using server = await startSpecServer(AlertService, {
      async *streamAlerts(requests, { signal }) {
        seen.resolve(signal);
        for await (const _ of requests);
        yield* [];
      },
    });
    using channel = openChannel(server.address);
    async function* broken() {
      await seen.promise;
      yield* [];
      throw new ConnectError('not JSON', Code.InvalidArgument);
    }
    const error = await failure(collect(createClient(AlertService, channel).streamAlerts(broken())));
    expect(error.code).to.equal(Code.InvalidArgument);
    expect(error.rawMessage).to.equal('not JSON');
    await aborted(await seen.promise);
  });

  it("gives up at the deadline and aborts the handler's signal", async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    await using server = await startSpecServer(AlertService, {
      async createAlert(_request, { signal }) {
        seen.resolve(signal);
        return aborted(signal).then(() => ({}));
      },
    });
    using channel = openChannel(server.address);
    // A connection that is still to be made would use the time up.
    await createClient(HealthService, channel).check({});
    const error = await failure(createClient(AlertService, channel).createAlert({}, { timeoutMs: 1_000 }));
    expect(error.code).to.equal(Code.DeadlineExceeded);
    await aborted(await seen.promise);
  });

  it('gives a unary call that brings no deadline its own', async () => {
    await using server = await startSpecServer(AlertService, {
      createAlert: (_request, { signal }) => aborted(signal).then(() => ({})),
    });
    using channel = new ChannelTransport({ address: server.address, services: [AlertService], defaultTimeoutMs: 50 });
    const error = await failure(createClient(AlertService, channel).createAlert({}));
    expect(error.code).to.equal(Code.DeadlineExceeded);
  });

  it('gives a call to a frozen server up at its deadline, a stream too if it brings one', async () => {
    await using server = await runServerProcess();
    using channel = new ChannelTransport({
      address: server.address,
      services: [AlertService],
      defaultTimeoutMs: 500,
    });
    const client = createClient(AlertService, channel);
    // The process may be slow to begin with.
    expect((await client.getAlert({ uid: 'a' }, { timeoutMs: 10_000 })).uid).to.equal('a');
    const watched = client.watchAlerts({}, { timeoutMs: 3_000 })[Symbol.asyncIterator]();
    await watched.next();
    server.freeze();
    expect((await failure(client.getAlert({ uid: 'b' }))).code).to.equal(Code.DeadlineExceeded);
    expect((await failure(watched.next())).code).to.equal(Code.DeadlineExceeded);
    server.thaw();
    expect((await client.getAlert({ uid: 'c' }, { timeoutMs: 10_000 })).uid).to.equal('c');
  });

  it("carries a unary caller's cancellation to the handler", async () => {
    const seen = Promise.withResolvers<AbortSignal>();
    await using server = await startSpecServer(AlertService, {
      createAlert(_request, { signal }) {
        seen.resolve(signal);
        return aborted(signal).then(() => ({}));
      },
    });
    using channel = openChannel(server.address);
    const caller = new AbortController();
    const call = createClient(AlertService, channel).createAlert({}, { signal: caller.signal });
    const signal = await seen.promise;
    caller.abort();
    expect((await failure(call)).code).to.equal(Code.Canceled);
    await aborted(signal);
    expect((signal.reason as ConnectError).code).to.equal(Code.Canceled);
  });

  it("fails with the caller's own reason, before and during a call", async () => {
    const started = Promise.withResolvers<void>();
    await using server = await startSpecServer(AlertService, {
      createAlert(_request, { signal }) {
        started.resolve();
        return aborted(signal).then(() => ({}));
      },
    });
    using channel = openChannel(server.address);
    const caller = new AbortController();
    const method = AlertService.method.createAlert;
    const call = channel.unary(method, caller.signal, undefined, undefined, {});
    await started.promise;
    caller.abort(new ConnectError('my own deadline', Code.DeadlineExceeded));
    expect((await failure(call)).rawMessage).to.equal('my own deadline');
    const late = channel.unary(method, caller.signal, undefined, undefined, {});
    expect((await failure(late)).rawMessage).to.equal('my own deadline');
  });

  it("cancels a stream on the caller's signal, and when its reader leaves", async () => {
    const signals: AbortSignal[] = [];
    await using server = await startSpecServer(AlertService, {
      async *watchAlerts(_request, { signal }) {
        signals.push(signal);
        yield { resumeToken: '1' };
        await aborted(signal);
      },
    });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);

    const caller = new AbortController();
    const error = await failure(
      (async () => {
        for await (const _ of client.watchAlerts({}, { signal: caller.signal })) caller.abort();
      })(),
    );
    expect(error.code).to.equal(Code.Canceled);

    const { watchAlerts } = AlertService.method;
    const left = await channel.stream(watchAlerts, undefined, undefined, undefined, yieldAll([{}]));
    for await (const _ of left.message) break;
    expect(signals).to.have.lengthOf(2);
    await Promise.all(signals.map(aborted));
  });

  it('tries again when the server is not there yet', async () => {
    const port = await freePort();
    using channel = openChannel(`127.0.0.1:${port}`);
    const call = createClient(AlertService, channel).createAlert({});
    await using _server = await startSpecServer(AlertService, { createAlert: async () => ({ uid: 'late' }) }, { port });
    expect((await call).uid).to.equal('late');
  });

  it('tries again on UNAVAILABLE, and on nothing else', async () => {
    const calls = { createAlert: 0, batchCreateAlerts: 0 };
    await using server = await startSpecServer(AlertService, {
      async createAlert() {
        if (++calls.createAlert < 3) throw new ConnectError('not now', Code.Unavailable);
        return { uid: 'third time' };
      },
      async batchCreateAlerts() {
        calls.batchCreateAlerts++;
        throw new ConnectError('conflict', Code.Aborted);
      },
    });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);
    expect((await client.createAlert({})).uid).to.equal('third time');
    expect((await failure(client.batchCreateAlerts({}))).code).to.equal(Code.Aborted);
    expect(calls).to.deep.equal({ createAlert: 3, batchCreateAlerts: 1 });
  });

  it('finds a restarted server again', async () => {
    const first = await startSpecServer(AlertService, { createAlert: async () => ({ uid: 'first' }) });
    using channel = openChannel(first.address);
    const client = createClient(AlertService, channel);
    expect((await client.createAlert({})).uid).to.equal('first');
    await first[Symbol.asyncDispose]();
    await using _second = await startSpecServer(
      AlertService,
      { createAlert: async () => ({ uid: 'second' }) },
      { port: first.port },
    );
    expect((await client.createAlert({})).uid).to.equal('second');
  });

  it('reads no further ahead than its reader, and writes no further ahead than the server', async () => {
    const chunk = new Uint8Array(64 * 1024);
    const total = 1_000;
    let produced = 0;
    const reading = Promise.withResolvers<void>();
    await using server = await startSpecServer(VideoService, {
      async probeStream(requests) {
        const iterator = requests[Symbol.asyncIterator]();
        await iterator.next();
        await reading.promise;
        let count = 1n;
        while (!(await iterator.next()).done) count++;
        return { finding: { case: 'missing', value: { lengthBytes: count } } };
      },
    });
    using channel = openChannel(server.address);
    async function* produce() {
      for (; produced < total; produced++) yield { chunk };
    }
    const call = createClient(VideoService, channel).probeStream(produce());
    // Enough turns of the event loop for the writer to stop by itself.
    let before = -1;
    while (before !== produced) {
      before = produced;
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    }
    expect(produced)
      .to.be.greaterThan(0)
      .and.lessThan(total / 2);
    reading.resolve();
    expect((await call).finding.value).to.include({ lengthBytes: BigInt(total) });
  });

  it('stops a server that writes faster than its reader reads', async () => {
    const resumeToken = 'x'.repeat(64 * 1024);
    const total = 1_000;
    let produced = 0;
    await using server = await startSpecServer(AlertService, {
      async *watchAlerts() {
        for (; produced < total; produced++) yield { resumeToken };
      },
    });
    using channel = openChannel(server.address);
    const responses = createClient(AlertService, channel).watchAlerts({})[Symbol.asyncIterator]();
    await responses.next();
    let before = -1;
    while (before !== produced) {
      before = produced;
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    }
    expect(produced).to.be.lessThan(total / 2);
    let read = 1;
    while (!(await responses.next()).done) read++;
    expect(read).to.equal(total);
  });

  it('carries the trace', async () => {
    const seen: (string | undefined)[] = [];
    await using server = await startSpecServer(AlertService, {
      async createAlert() {
        seen.push(currentTrace()?.traceId);
        return {};
      },
      async *streamAlerts(requests) {
        for await (const _ of requests) {
          seen.push(currentTrace()?.traceId);
          yield {};
        }
      },
    });
    using channel = openChannel(server.address);
    const client = createClient(AlertService, channel);
    const trace = newTrace();
    await withTrace(trace, () => client.createAlert({}));
    await withTrace(trace, () => collect(client.streamAlerts(yieldAll([{}]))));
    expect(seen).to.deep.equal([trace.traceId, trace.traceId]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
