import { readFile } from 'node:fs/promises';
import { sendRange } from '@vigie/media-source/testing';
import { Alert_Status as Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { ProbeMesh } from './testing/probe-mesh.ts';

const video = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));

const ALERTS = 150;
const READ_TIMEOUT_MS = 250;
/** So long the server takes for a request, whether somebody still waits for its answer or not. */
const SERVICE_MS = 25;

describe('A video server that is too slow for all at once', () => {
  it('is asked for less at once until its answers come in time, and then all alerts have their outcome', async () => {
    await using mesh = await ProbeMesh.start();
    let lastEndsAt = 0;
    mesh.videos.behave = (request, response) => {
      lastEndsAt = Math.max(lastEndsAt, performance.now()) + SERVICE_MS;
      setTimeout(() => sendRange(request, response, video), lastEndsAt - performance.now());
    };
    for (let i = 0; i < ALERTS; i++) {
      const alert = { uid: `a-${i}`, video: `/videos/${i}.mp4`, timestamp: 1748871320.68, store: 'one' };
      await mesh.publish('one', JSON.stringify(alert));
    }
    await using probe = await mesh.startProbe({
      VIDEO_READ_TIMEOUT_MS: String(READ_TIMEOUT_MS),
      RETRY_MAX_MS: '200',
      RETRY_MAX_ATTEMPTS: '1000',
    });
    const limit = async () => Number(/^vigie_probe_concurrency_limit (\d+)$/m.exec(await probe.metrics.metrics())?.[1]);
    let lowest = 128;
    await eventually(async () => {
      lowest = Math.min(lowest, await limit());
      expect(await mesh.unfinished()).to.equal(0);
    });
    expect(lowest).to.be.at.most(32);
    const processed = mesh.store.batches.flat().filter(({ status }) => status === Status.PROCESSED);
    expect(new Set(processed.map(({ uid }) => uid)).size).to.equal(ALERTS);
    expect(mesh.videos.requests.length, 'requests').to.be.below(6 * ALERTS);
    expect(await limit()).to.be.above(lowest);
  });
});
