import { readFile } from 'node:fs/promises';
import { sendRange } from '@vigie/media-source/testing';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { ProbeMesh, type RunningProbe } from './testing/probe-mesh.ts';

const video = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));

describe('Two replicas that have nothing to do', () => {
  const teardown = new AsyncDisposableStack();
  let mesh: ProbeMesh;

  before(async () => {
    mesh = teardown.use(await ProbeMesh.start());
    mesh.videos.behave = (request, response) => sendRange(request, response, video);
  });
  after(() => teardown.disposeAsync());

  const publish = (uid: string) => {
    const alert = { uid, video: '/videos/a.mp4', timestamp: 1_748_871_320.68, store: 'store-42' };
    return mesh.publish(alert.store, JSON.stringify(alert));
  };
  const finishedBy = async ({ metrics }: RunningProbe) => {
    const outcomes = /^vigie_probe_outcomes_total\{status="PROCESSED".*\} (\d+)$/m;
    return Number(outcomes.exec(await metrics.metrics())?.[1] ?? 0);
  };

  it('share what comes then, each alert once', async () => {
    const replicas = [teardown.use(await mesh.startProbe()), teardown.use(await mesh.startProbe())];
    // Each has asked for alerts by now, and waits.
    for (const replica of replicas) await eventually(() => publishUntilFinishedBy(replica));

    const before = await Promise.all(replicas.map(finishedBy));
    await Promise.all(Array.from({ length: 100 }, (_, i) => publish(`a-${i}`)));
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    const after = await Promise.all(replicas.map(finishedBy));
    const shares = after.map((count, i) => count - (before[i] as number));
    expect(shares.reduce((sum, share) => sum + share)).to.equal(100);
    expect(Math.min(...shares)).to.be.at.least(25);
  });

  let published = 0;
  const publishUntilFinishedBy = async (replica: RunningProbe) => {
    await publish(`first-${published++}`);
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(await finishedBy(replica)).to.be.at.least(1);
  };
});
