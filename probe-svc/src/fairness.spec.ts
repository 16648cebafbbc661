import { readFile } from 'node:fs/promises';
import { sendRange } from '@vigie/media-source/testing';
import { Alert_Status as Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { ProbeMesh, type RunningProbe } from './testing/probe-mesh.ts';

const video = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));
const OTHERS = ['store-1', 'store-2', 'store-3'];

describe('A store whose videos hang', () => {
  let mesh: ProbeMesh;
  let probe: RunningProbe | undefined;
  let released: PromiseWithResolvers<void>;

  before(async () => {
    mesh = await ProbeMesh.start();
  });
  after(() => mesh[Symbol.asyncDispose]());
  beforeEach(async () => {
    await mesh.reset();
    released = Promise.withResolvers();
    mesh.videos.behave = (request, response) => {
      const ready = request.path.includes('/hanging/') ? released.promise : Promise.resolve();
      void ready.then(() => sendRange(request, response, video));
    };
  });
  afterEach(async () => {
    await probe?.[Symbol.asyncDispose]();
    probe = undefined;
  });

  const publish = (uid: string, store: string, video = `/videos/${uid}.mp4`) =>
    mesh.publish(store, JSON.stringify({ uid, video, timestamp: 1748871320.68, store }));
  const publishHanging = async (from: number, to: number) => {
    for (let i = from; i < to; i++) await publish(`hanging-${i}`, 'hanging', `/videos/hanging/${i}.mp4`);
  };
  const publishOthers = async (from: number, to: number) => {
    for (let i = from; i < to; i++) for (const store of OTHERS) await publish(`${store}.${i}`, store);
  };
  const processed = () =>
    new Set(
      mesh.store.batches
        .flat()
        .filter(({ status }) => status === Status.PROCESSED)
        .map(({ uid }) => uid),
    );

  it('delays no other store, however many of its alerts come first, and loses none', async () => {
    await publishHanging(0, 200);
    await publishOthers(0, 10);
    // The videos would be waited for beyond the end of this test.
    probe = await mesh.startProbe({
      CONCURRENT_TASKS: '8',
      ALERTS_IN_FLIGHT: '32',
      VIDEO_READ_TIMEOUT_MS: '120000',
      PROBE_TIMEOUT_MS: '120000',
    });
    await eventually(() => expect(processed().size).to.equal(30));

    await publishHanging(200, 300);
    await publishOthers(10, 30);
    await eventually(() => expect(processed().size).to.equal(90));
    expect(mesh.videos.requests.filter(({ path }) => path.includes('/hanging/')).length).to.equal(4);

    released.resolve();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(processed().size).to.equal(390);
    expect((await mesh.messages('OUTCOMES')).length).to.equal(390);
  });

  it('lets others in that come when it has been alone and has taken all of the queue', async () => {
    await publishHanging(0, 100);
    probe = await mesh.startProbe({
      CONCURRENT_TASKS: '8',
      ALERTS_IN_FLIGHT: '32',
      VIDEO_READ_TIMEOUT_MS: '120000',
      PROBE_TIMEOUT_MS: '120000',
    });
    await eventually(async () =>
      expect(await probe?.metrics.metrics()).to.include('jetstream_in_flight{consumer="probe"} 32'),
    );
    await publishOthers(0, 1);
    await eventually(() => expect(processed().size).to.equal(3));
    released.resolve();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(processed().size).to.equal(103);
  });

  it('is not waited for beyond the time limit, and its alerts are processed once its videos come', async () => {
    await publishHanging(0, 12);
    probe = await mesh.startProbe({ CONCURRENT_TASKS: '8', PROBE_TIMEOUT_MS: '300' });
    await eventually(async () =>
      expect(await probe?.metrics.metrics()).to.match(/vigie_probe_retries_total\{reason="VIDEO_UNREACHABLE"\} \d\d/),
    );
    expect(processed().size).to.equal(0);
    released.resolve();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(processed().size).to.equal(12);
  });
});
