import { LyingVideoServer, sendRange } from '@vigie/media-source/testing';
import { expect } from 'chai';
import { LyingVideoProxy, type VideoLie } from './lying-video-proxy.ts';

const file = Uint8Array.from({ length: 5_000 }, (_, index) => index % 251);

describe('LyingVideoProxy', () => {
  let nginx: LyingVideoServer;
  let proxy: LyingVideoProxy;

  beforeEach(async () => {
    nginx = await LyingVideoServer.start();
    nginx.behave = (request, response) => {
      if (request.path !== '/videos/a.mp4') response.writeHead(404).end();
      else if (request.headers.range === undefined) response.writeHead(200).end(file);
      else sendRange(request, response, file, { etag: '"one"' });
    };
    proxy = await LyingVideoProxy.start('/videos/broken.mp4');
    proxy.origin = nginx.url;
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await nginx[Symbol.asyncDispose]();
  });

  const read = (path = '/videos/a.mp4') => fetch(proxy.url + path, { headers: { range: 'bytes=100-199' } });

  async function readLie(lie: VideoLie): Promise<Response> {
    proxy.lie = lie;
    return read();
  }

  it('is honest until it is set to lie, and again afterwards', async () => {
    await readLie('errors');
    proxy.lie = undefined;
    const answer = await read();
    expect(answer.status).to.equal(206);
    expect(answer.headers.get('content-range')).to.equal('bytes 100-199/5000');
    expect(Buffer.compare(await answer.bytes(), file.subarray(100, 200))).to.equal(0);
    expect((await read('/videos/b.mp4')).status).to.equal(404);
  });

  it('answers 500 for ever for one video', async () => {
    expect((await read('/videos/broken.mp4')).status).to.equal(500);
  });

  it('gives each wrong answer when set to', async () => {
    expect((await readLie('errors')).status).to.equal(500);
    expect((await readLie('ignores-ranges')).status).to.equal(200);
    expect((await readLie('wrong-range')).headers.get('content-range')).to.not.match(/^bytes 100-/);
    expect((await readLie('changing-etag')).headers.get('etag')).to.not.equal((await read()).headers.get('etag'));
    const cut = await readLie('cut-body')
      .then(answer => answer.bytes())
      .catch(error => error);
    expect(cut).to.instanceOf(Error);
  });

  it('breaks the connection where nginx is down', async () => {
    await nginx[Symbol.asyncDispose]();
    expect(await read().catch(error => error)).to.instanceOf(Error);
    nginx = await LyingVideoServer.start();
  });
});
