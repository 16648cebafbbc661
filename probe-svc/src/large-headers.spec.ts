import { readFile } from 'node:fs/promises';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { sendRange } from '@vigie/media-source/testing';
import { Alert_Status as Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { makeLargeHeaderVideo } from './testing/large-header-video.ts';
import { ProbeMesh } from './testing/probe-mesh.ts';

const small = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));
const SMALL = '/videos/small.mp4';
const AT_ONCE = 2;
const env = { LARGE_HEADERS_AT_ONCE: String(AT_ONCE) };

describe('Videos with large headers', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: ProbeMesh;
  /** Reads of more than small headers need that are under way, now and at most. */
  let reading: number;
  let mostReading: number;
  let released: PromiseWithResolvers<void>;

  before(async () => {
    mesh = teardown.use(await ProbeMesh.start());
  });
  after(() => teardown.disposeAsync());
  beforeEach(async () => {
    await mesh.reset();
    reading = 0;
    mostReading = 0;
    released = Promise.withResolvers();
    const video = await makeLargeHeaderVideo(1024 * 1024);
    mesh.videos.behave = (request, response) => {
      if (request.path === SMALL) return sendRange(request, response, small);
      if (request.begin === 0) return sendRange(request, response, video);
      mostReading = Math.max(mostReading, ++reading);
      response.once('close', () => reading--);
      void released.promise.then(() => sendRange(request, response, video));
    };
  });

  const areReading = () => eventually(() => expect(reading).to.equal(AT_ONCE));

  it('take turns if they are of alerts, and hold no other alert up', async () => {
    await using _ = await mesh.startProbe(env);
    const publish = (uid: string, video = '/videos/a.mp4') =>
      mesh.publish(uid, JSON.stringify({ uid, video, timestamp: 1_748_871_320.68, store: uid }));
    for (let i = 0; i < 10; i++) await publish(`a-${i}`);
    await areReading();
    await publish('small', SMALL);
    await eventually(() => expect(mesh.store.batches.flat().map(({ uid }) => uid)).to.deep.equal(['small']));
    released.resolve();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(mostReading).to.equal(AT_ONCE);
    const statuses = mesh.store.batches.flat().map(({ status }) => status);
    expect(statuses).to.deep.equal(Array(11).fill(Status.PROCESSED));
  });

  it('are refused for the time being if callers ask for more of them', async () => {
    await using probe = await mesh.startProbe(env);
    using transport = new ChannelTransport({
      address: `127.0.0.1:${probe.port}`,
      services: [VideoService],
      defaultTimeoutMs: 60_000,
    });
    const client = createClient(VideoService, transport);
    const ask = () => client.probeVideo({ video: '/videos/a.mp4' });
    const answered = Array.from({ length: AT_ONCE }, ask);
    await areReading();
    const error = ConnectError.from(await ask().catch(caught => caught));
    expect(error.code).to.equal(Code.ResourceExhausted);
    released.resolve();
    for (const { finding } of await Promise.all(answered)) expect(finding.case).to.equal('media');
    expect((await ask()).finding.case).to.equal('media');
  });
});
