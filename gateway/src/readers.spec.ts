import { once } from 'node:events';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import type { Readable } from 'node:stream';
import { aborted } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { encodeBody, type Form, REST_FORMS, STREAM_FORMS } from './testing/raw-request.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

const WATCH = '/vigie.alert.v1.AlertService/WatchAlerts';
const TOTAL = 500;

interface OpenStream extends Disposable {
  readonly response: Readable;
  readonly contentType: string;
}

/** Opens a watch and reads nothing of it; disposing of it cuts the connection. */
async function watch(gateway: RunningGateway, form: Form): Promise<OpenStream> {
  const isRest = form.name.startsWith('REST');
  const method = isRest ? 'GET' : 'POST';
  const path = isRest ? '/v1/alerts:watch' : WATCH;
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
  describe(`a reader of a stream: ${form.name}`, () => {
    let gateway: RunningGateway;
    let produced = 0;
    let signal: AbortSignal;

    before(async () => {
      gateway = await runGateway({
        store: {
          async *watchAlerts(_request, context) {
            signal = context.signal;
            for (produced = 0; produced < TOTAL; produced++) yield { resumeToken: 'x'.repeat(64 * 1024) };
            await aborted(signal);
          },
        },
      });
    });
    after(() => gateway[Symbol.asyncDispose]());

    it('that stops stops the writer, and one that is gone ends the call of the service', async () => {
      using stream = await watch(gateway, form);
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
