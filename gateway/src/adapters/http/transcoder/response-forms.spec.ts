import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { create, type Message } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import { rpcError } from '@vigie/service-kit/grpc';
import { HttpListener } from '@vigie/service-kit/http-listener';
import { createLogger, createMetrics } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import type { Upstreams } from '../../../api/upstreams.ts';
import { httpMetrics } from '../http-metrics.ts';
import { createRequestListener } from '../serve-exchange.ts';
import { openGuard } from '../testing/open-guard.ts';
import { Library } from './testing/library-service.ts';
import { createTranscoder } from './transcoder.ts';

const PICTURE = new Uint8Array([0xff, 0xd8, 0x00, 0x0a, 0xff]);

/** Library methods that answer as each test sets them. */
class FakeLibrary implements Upstreams {
  answers: Readonly<Record<string, readonly Record<string, unknown>[]>> = {};
  failure: Error | undefined;

  async unary({ name, output }: Parameters<Upstreams['unary']>[0]): Promise<Message> {
    return create(output, this.answers[name]?.[0] ?? {});
  }

  async stream({ name, output }: Parameters<Upstreams['stream']>[0]): Promise<AsyncIterable<Message>> {
    const { answers, failure } = this;
    return (async function* () {
      for (const answer of answers[name] ?? []) yield create(output, answer);
      if (failure !== undefined) throw failure;
    })();
  }
}

async function serveLibrary(heartbeatMs = 60_000) {
  const library = new FakeLibrary();
  const logger = createLogger('spec', 'silent');
  const stopping = new AbortController();
  const handle = createTranscoder({
    methods: Library.methods,
    upstreams: library,
    logger,
    requestTimeoutMs: 1_000,
    ...openGuard(),
    idempotency: { once: (_exchange, _method, _body, carryOut) => carryOut() },
    heartbeatMs,
    stopping: stopping.signal,
  });
  const metrics = httpMetrics(createMetrics('spec'));
  const listener = new HttpListener({
    listener: createRequestListener({ handle, logger, metrics, sendTimeoutMs: 10_000 }),
    lameDuckMs: 0,
    shutdownGraceMs: 500,
  });
  const url = `http://127.0.0.1:${await listener.listen('127.0.0.1', 0)}`;
  return { library, url, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
}

describe('forms of a REST response', () => {
  it('shows only the field that response_body names', async () => {
    await using server = await serveLibrary();
    server.library.answers = { FindShelf: [{ shelf: { name: 'x', kind: 2 }, resumeToken: 't' }] };
    const shown = await fetch(`${server.url}/v1/shelf`);
    expect(await shown.json()).to.deep.equal({ name: 'x', rowCount: 0, kind: 'ATLAS' });
    server.library.answers = {};
    expect(await (await fetch(`${server.url}/v1/shelf`)).json()).to.equal(null);
  });

  it('sends an HttpBody as its bytes, and 304 to a client that has them already', async () => {
    await using server = await serveLibrary();
    server.library.answers = { GetCover: [{ contentType: 'image/jpeg', data: PICTURE }] };
    const url = `${server.url}/v1/covers/x`;
    const first = await fetch(url);
    expect(first.headers.get('content-type')).to.equal('image/jpeg');
    expect(new Uint8Array(await first.arrayBuffer())).to.deep.equal(PICTURE);
    const etag = first.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': `"other", ${etag}` } })).status).to.equal(304);
    expect((await fetch(url, { headers: { 'if-none-match': '"other"' } })).status).to.equal(200);
  });

  it('sends a stream of HttpBody as one body', async () => {
    await using server = await serveLibrary();
    server.library.answers = {
      ReadPages: [{ contentType: 'application/pdf', data: PICTURE }, { data: PICTURE }],
    };
    const response = await fetch(`${server.url}/v1/pages`);
    expect(response.headers.get('content-type')).to.equal('application/pdf');
    expect(Buffer.from(await response.arrayBuffer())).to.deep.equal(Buffer.concat([PICTURE, PICTURE]));
  });

  it('cuts such a stream when it fails, and reports the error if nothing was sent yet', async () => {
    await using server = await serveLibrary();
    server.library.failure = rpcError(Code.DataLoss, 'The page is torn.', { reason: 'TORN' });
    expect((await fetch(`${server.url}/v1/pages`)).status).to.equal(500);
    server.library.answers = { ReadPages: [{ data: PICTURE }] };
    const reading = fetch(`${server.url}/v1/pages`).then(response => response.arrayBuffer());
    const failure = await reading.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).to.be.instanceOf(TypeError);
  });

  it('sends heartbeats on a quiet event stream', async () => {
    await using server = await serveLibrary(10);
    const next = Promise.withResolvers<void>();
    server.library.stream = async ({ output }) =>
      (async function* () {
        await next.promise;
        yield create(output, { resumeToken: 'late' });
      })();
    const response = await fetch(`${server.url}/v1/books:listen`, { headers: { accept: 'text/event-stream' } });
    let text = '';
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.startsWith(':\n\n')) next.resolve();
    }
    expect(text).to.match(/^(:\n\n)+id: late\ndata: /);
  });

  it('waits, with a stream, for a client that reads slowly', async () => {
    await using server = await serveLibrary();
    let produced = 0;
    const total = 500;
    server.library.stream = async ({ output }) =>
      (async function* () {
        for (; produced < total; produced++) yield create(output, { resumeToken: 'x'.repeat(64 * 1024) });
      })();
    const request = httpRequest(`${server.url}/v1/books:listen`).end();
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    response.pause();
    let before = -1;
    while (before !== produced) {
      before = produced;
      for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
    }
    expect(produced).to.be.lessThan(total);
    let sizeBytes = 0;
    for await (const chunk of response) sizeBytes += chunk.length;
    expect(sizeBytes).to.be.greaterThan(total * 64 * 1024);
  });
});
