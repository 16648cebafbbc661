import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { expect } from 'chai';
import { readConfig } from './config.ts';
import { type RunningGateway, runGateway } from './testing/running-gateway.ts';

type Headers = Readonly<Record<string, string>>;

describe('the gateway behind proxies', () => {
  let teardown: AsyncDisposableStack;
  let finish: PromiseWithResolvers<void>;
  let begun: PromiseWithResolvers<void>;

  beforeEach(() => {
    teardown = new AsyncDisposableStack();
    finish = Promise.withResolvers();
    begun = Promise.withResolvers();
  });
  afterEach(() => {
    finish.resolve();
    return teardown.disposeAsync();
  });

  /** Answers one call of each caller at a time; `/v1/alerts/slow` only when it is told to. */
  async function run(env: NodeJS.ProcessEnv = {}): Promise<RunningGateway> {
    const { trustedProxies, callLimits, listenerLimits, allowedHosts } = readConfig({
      MAX_CALLS_PER_CALLER: '1',
      MAX_CONNECTIONS_PER_CALLER: '2',
      ALLOWED_HOSTS: 'api.example.com',
      ...env,
    });
    const store = {
      async getAlert({ uid }: { readonly uid: string }) {
        if (uid === 'slow') {
          begun.resolve();
          await finish.promise;
        }
        return { uid };
      },
    };
    const config = { trustedProxies, callLimits, listenerLimits, allowedHosts };
    return teardown.use(await runGateway({ store, ingest: { createAlert: async () => ({}) } }, config));
  }

  async function send({ url }: RunningGateway, headers: Headers, path = '/v1/alerts/a', method = 'GET') {
    const request = httpRequest(`${url}${path}`, { method, headers, agent: false });
    request.on('error', () => {});
    request.end(method === 'GET' ? '' : '{"uid":"a","video":"/a.mp4","timestamp":1,"store":"s"}');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += chunk;
    return { status: response.statusCode, text };
  }

  const from = (address: string): Headers => ({ 'x-forwarded-for': address });

  it('counts each client of a trusted proxy for itself', async () => {
    const gateway = await run({ TRUSTED_PROXIES: '127.0.0.0/8' });
    const slow = send(gateway, from('203.0.113.7'), '/v1/alerts/slow');
    await begun.promise;
    expect((await send(gateway, from('203.0.113.7'))).text).to.contain('maxCallsPerCaller');
    expect((await send(gateway, from('198.51.100.1, 203.0.113.7, 127.0.0.9'))).status).to.equal(429);
    expect((await send(gateway, { forwarded: 'for="203.0.113.7:80"' })).status).to.equal(429);
    for (const other of ['203.0.113.8', '2001:db8::7', '203.0.113.7, 203.0.113.9', 'unknown']) {
      expect((await send(gateway, from(other))).status, other).to.equal(200);
    }
    finish.resolve();
    expect((await slow).status).to.equal(200);
  });

  it('counts clients over HTTP/2 by their /64 network', async () => {
    const gateway = await run({ TRUSTED_PROXIES: '127.0.0.1' });
    const session = connect(gateway.url);
    teardown.defer(() => session.destroy());
    const ask = async (address: string, path = '/v1/alerts/a') => {
      const stream = session.request({ ':path': path, ...from(address) });
      const [headers] = await once(stream.resume(), 'response');
      return headers[':status'];
    };
    const slow = ask('2001:db8:1:2::1', '/v1/alerts/slow');
    await begun.promise;
    expect(await ask('2001:db8:1:2:3::4')).to.equal(429);
    expect(await ask('2001:db8:1:3::1')).to.equal(200);
    finish.resolve();
    expect(await slow).to.equal(200);
  });

  it('takes no word from others', async () => {
    const gateway = await run({ TRUSTED_PROXIES: '192.0.2.0/24' });
    const slow = send(gateway, from('203.0.113.7'), '/v1/alerts/slow');
    await begun.promise;
    for (const headers of [from('203.0.113.8'), from('192.0.2.1'), { forwarded: 'for=203.0.113.8' }]) {
      expect((await send(gateway, headers)).status).to.equal(429);
    }
    finish.resolve();
    expect((await slow).status).to.equal(200);
    expect((await send(gateway, { 'x-forwarded-host': 'evil.example' })).status).to.equal(200);
  });

  it('lets a trusted proxy have more connections than a caller may', async () => {
    for (const [proxies, wanted] of [
      ['127.0.0.1', 'answered'],
      ['', 'cut'],
    ] as const) {
      finish = Promise.withResolvers();
      const gateway = await run({ TRUSTED_PROXIES: proxies, MAX_CALLS_PER_CALLER: '' });
      const slow = ['203.0.113.1', '203.0.113.2'].map(address => send(gateway, from(address), '/v1/alerts/slow'));
      while (!(await gateway.metrics.metrics()).includes('server_admitted{kind="calls",service="gateway"} 2')) {
        await new Promise(resolve => setImmediate(resolve));
      }
      const third = httpRequest(`${gateway.url}/v1/alerts/a`, { agent: false, headers: from('203.0.113.3') }).end();
      const outcome = await new Promise(resolve => {
        third.on('response', () => resolve('answered')).on('error', () => resolve('cut'));
      });
      expect(outcome).to.equal(wanted);
      finish.resolve();
      await Promise.all(slow);
    }
  });

  it('answers only as hosts that are allowed, whichever header a proxy names them in', async () => {
    const gateway = await run({ TRUSTED_PROXIES: '127.0.0.1' });
    for (const [headers, status] of [
      [{ host: 'api.example.com' }, 200],
      [{ 'x-forwarded-host': 'api.example.com' }, 200],
      [{ forwarded: 'for=203.0.113.7;host=api.example.com' }, 200],
      [{ 'x-forwarded-host': 'evil.example' }, 403],
      [{ forwarded: 'for=203.0.113.7;host=evil.example' }, 403],
      // A page may have written the other header.
      [{ host: 'evil.example', 'x-forwarded-host': 'api.example.com' }, 403],
    ] as const) {
      expect((await send(gateway, headers)).status, JSON.stringify(headers)).to.equal(status);
    }
  });

  it('takes for the same site what its proxy was called as', async () => {
    const gateway = await run({ TRUSTED_PROXIES: '127.0.0.1' });
    const origin = 'https://api.example.com';
    const json = { 'content-type': 'application/json' };
    const post = async (headers: Headers) =>
      (await send(gateway, { ...json, ...headers }, '/v1/alerts', 'POST')).status;
    expect(await post({ origin, 'x-forwarded-host': 'api.example.com' })).to.equal(202);
    expect(await post({ origin })).to.equal(403);
    const own = `http://127.0.0.1:${gateway.port}`;
    expect(await post({ origin: own, 'x-forwarded-host': 'api.example.com' })).to.equal(403);
    expect(await post({ origin: own })).to.equal(202);
  });
});
