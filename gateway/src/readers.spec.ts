import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { waitFor } from '@vigie/dev-env/testing';
import { aborted } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { FakeOutcomes } from './testing/fake-outcomes.ts';
import { encodeBody, type Form, REST_FORMS, STREAM_FORMS } from './testing/raw-request.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const WATCH = '/vigie.alert.v1.AlertService/WatchAlerts';
const STREAM = '/vigie.alert.v1.AlertService/StreamAlerts';
const TOTAL = 500;
const LARGE = 'x'.repeat(64 * 1024);

interface OpenStream extends Disposable {
  readonly response: Readable;
  readonly contentType: string;
}

/** Opens a stream and reads nothing of it; disposing of it cuts the connection. */
async function open(gateway: RunningGateway, form: Form, rpcPath: string): Promise<OpenStream> {
  const isRest = form.name.startsWith('REST');
  const method = isRest ? 'GET' : 'POST';
  const path = isRest ? '/v1/alerts:watch' : rpcPath;
  const body = isRest ? undefined : encodeBody(form, Buffer.from(form.codec === 'json' ? '{}' : ''));
  if (form.httpVersion === '1.1') {
    const request: ClientRequest = httpRequest(`${gateway.url}${path}`, {
      method,
      headers: form.headers,
      agent: false,
    });
    request.on('error', () => {}).end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.on('error', () => {}).pause();
    const [contentType = ''] = [response.headers['content-type']];
    return { response, contentType, [Symbol.dispose]: () => void request.destroy() };
  }
  const session = connect(gateway.url).on('error', () => {});
  const stream = session.request({ ':method': method, ':path': path, ...form.headers }).on('error', () => {});
  stream.end(body);
  const [headers] = await once(stream, 'response');
  return { response: stream, contentType: `${headers['content-type']}`, [Symbol.dispose]: () => session.destroy() };
}

for (const form of [...REST_FORMS, ...STREAM_FORMS]) {
  describe(`a reader of a watch: ${form.name}`, () => {
    const outcomes = new FakeOutcomes();
    let gateway: RunningGateway;

    before(async () => {
      gateway = await runGateway({ store: { watchAlerts: outcomes.watchAlerts } }, { recentOutcomes: 16 });
    });
    after(() => gateway[Symbol.asyncDispose]());

    it('that stops is ended once it has fallen too far behind', async () => {
      using stream = await open(gateway, form, WATCH);
      expect(stream.contentType).to.match(/^application\//);
      let reported = 0;
      await waitFor('the end of the watch', async () => {
        for (let count = 0; count < 20; count++) outcomes.report(`uid-${reported++}`, { video: LARGE });
        return (await gateway.metrics.metrics()).includes('code="OUT_OF_RANGE"') ? true : undefined;
      });
    });

    it('that is gone ends the call of the service', async () => {
      const stream = await open(gateway, form, WATCH);
      expect(outcomes.calls.size).to.equal(1);
      stream[Symbol.dispose]();
      await waitFor('no call', () => (outcomes.calls.size === 0 ? true : undefined));
    });
  });
}

for (const form of STREAM_FORMS.filter(({ httpVersion }) => httpVersion === '2')) {
  describe(`a reader of a stream: ${form.name}`, () => {
    let gateway: RunningGateway;
    let produced = 0;
    let signal: AbortSignal;

    before(async () => {
      gateway = await runGateway({
        ingest: {
          async *streamAlerts(_requests, context) {
            signal = context.signal;
            const result = { outcome: { case: 'error', value: { message: LARGE } } } as const;
            for (produced = 0; produced < TOTAL; produced++) yield { result };
            await aborted(signal);
          },
        },
      });
    });
    after(() => gateway[Symbol.asyncDispose]());

    it('that stops stops the writer, and one that is gone ends the call of the service', async () => {
      using stream = await open(gateway, form, STREAM);
      expect(stream.contentType).to.match(/^application\//);
      let before = -1;
      while (before !== produced) {
        before = produced;
        for (let turn = 0; turn < 500; turn++) await new Promise(setImmediate);
      }
      expect(produced).to.be.below(TOTAL);
      expect(signal.aborted).to.equal(false);
      stream[Symbol.dispose]();
      await aborted(signal);
    });
  });
}
