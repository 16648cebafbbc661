import { NginxServer } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { temporaryDir } from '@vigie/dev-env/testing';
import { HttpMediaSource } from '@vigie/media-source/http';
import { samples } from '@vigie/native/testing';
import { expect } from 'chai';
import { Registry } from 'prom-client';
import { createHttpMetrics } from './adapters/http/http-metrics.ts';
import { LibavHeaderProbe } from './adapters/libav/libav-header-probe.ts';
import { LibavPosterMaker } from './adapters/libav/libav-poster-maker.ts';
import { createMakePoster, type MakePoster } from './application/make-poster.ts';
import { createProbeVideo, type ProbeVideo } from './application/probe-video.ts';
import { jpegSize } from './testing/jpeg-size.ts';

const MAX_SIDE_PIXELS = 320;
const limits = { firstRangeBytes: 32_768, maxBytes: 16 * 1024 * 1024, maxRequests: 16, timeoutMs: 15_000 };

describe('The sample videos, over nginx and libav', () => {
  const stack = new AsyncDisposableStack();
  let probeVideo: ProbeVideo;
  let makePoster: MakePoster;

  before(async () => {
    const dir = stack.use(await temporaryDir());
    const [port] = (await pickFreePorts(1)) as [number];
    const nginx = new NginxServer({ dataDir: dir.path, port });
    stack.defer(() => nginx.stop());
    await nginx.start();
    const metrics = createHttpMetrics(new Registry());
    const source = stack.use(new HttpMediaSource({ url: nginx.url, maxConnections: 4, readTimeoutMs: 5_000, metrics }));
    probeVideo = createProbeVideo(source, new LibavHeaderProbe(), limits);
    makePoster = createMakePoster(source, new LibavPosterMaker(), limits);
  });
  after(() => stack.disposeAsync());

  for (const { file, expected } of samples) {
    it(`finds ${file} ${expected.status === 'FAILED' ? expected.failureCode : expected.codec}`, async () => {
      const { finding, requests, bytesRead } = await probeVideo(`/videos/${file}`);
      expect(requests, 'requests').to.be.at.most(3);
      expect(bytesRead, 'bytes read').to.be.at.most(200 * 1024);
      if (finding.kind === 'failure') {
        expect({ status: 'FAILED', failureCode: finding.failure.code }).to.deep.equal(expected);
        return;
      }
      if (expected.status === 'FAILED') throw new Error(`understood as ${finding.media.container}`);
      const { media } = finding;
      const { durationSeconds, audioCodec, status: _, ...picture } = expected;
      const { codec, width, height, rotation, frameRate } = media.video;
      expect({ container: media.container, codec, width, height, rotation, frameRate }).to.deep.equal(picture);
      expect(media.durationSeconds).to.be.closeTo(durationSeconds, durationSeconds / 100);
      expect(media.audio?.codec ?? null).to.equal(audioCodec);
    });

    it(`${expected.status === 'FAILED' ? 'shows nothing of' : 'shows'} ${file}`, async () => {
      const { finding, requests, bytesRead } = await makePoster(`/videos/${file}`, MAX_SIDE_PIXELS);
      expect(requests, 'requests').to.be.at.most(5);
      expect(bytesRead, 'bytes read').to.be.at.most(300 * 1024);
      if (finding.kind === 'failure') {
        expect({ status: 'FAILED', failureCode: finding.failure.code }).to.deep.equal(expected);
        return;
      }
      if (expected.status === 'FAILED') throw new Error('it is shown');
      const { jpeg, ...size } = finding.poster;
      expect(size).to.deep.equal(posterSize(expected));
      expect(jpegSize(jpeg)).to.deep.equal(size);
    });
  }
});

/** As shown, with square pixels in all samples. */
function posterSize({ width, height, rotation }: { width: number; height: number; rotation: number }) {
  const [shownWidth, shownHeight] = rotation % 180 === 0 ? [width, height] : [height, width];
  const scale = Math.min(1, MAX_SIDE_PIXELS / Math.max(width, height));
  return { width: Math.round(shownWidth * scale), height: Math.round(shownHeight * scale) };
}
