import { readFile } from 'node:fs/promises';
import { sendRange } from '@vigie/media-source/testing';
import { RecordOutcomeResult_Kind as Kind } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { ProbeMesh } from './testing/probe-mesh.ts';
import { startProbeProcess } from './testing/probe-process.ts';

const video = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));

describe('A replica that is frozen for longer than the ack wait', () => {
  let mesh: ProbeMesh;
  const teardown = new AsyncDisposableStack();

  before(async () => {
    mesh = teardown.use(await ProbeMesh.start());
  });
  after(() => teardown.disposeAsync());

  const startReplica = () => startProbeProcess(teardown, mesh);

  const publish = (uid: string) => {
    const store = `store-of-${uid}`;
    return mesh.publish(store, JSON.stringify({ uid, video: '/videos/a.mp4', timestamp: 1_748_871_320.68, store }));
  };
  const recordedUids = () => mesh.store.batches.flat().map(({ uid }) => uid);

  it('leaves its alerts to another one, and doubles and loses none when it thaws', async () => {
    mesh.videos.behave = (request, response) => sendRange(request, response, video);
    const frozen = await startReplica();
    const isFrozen = Promise.withResolvers<void>();
    // In the middle of its work: outcomes are on their way, and their events aren't yet.
    mesh.store.judge = () => {
      frozen.kill('SIGSTOP');
      isFrozen.resolve();
      return Kind.RECORDED;
    };
    const uids = Array.from({ length: 20 }, (_, i) => `a-${i}`);
    for (const uid of uids) await publish(uid);
    await isFrozen.promise;
    const firstOfFrozen = recordedUids()[0] as string;
    mesh.store.judge = () => Kind.RECORDED;
    const published = await mesh.overhear('alerts.processed.*');

    const other = await startReplica();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    expect(new Set(recordedUids())).to.deep.equal(new Set(uids));

    const publishedWhileFrozen = published.length;
    frozen.kill('SIGCONT');
    // It goes on where it was, and publishes again what has been published.
    await eventually(() => expect(published.slice(publishedWhileFrozen).join()).to.include(`"${firstOfFrozen}"`));
    await publish('after');
    await eventually(() => expect(recordedUids()).to.include('after'));
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));

    const events = (await mesh.messages('OUTCOMES')).map(({ payload }) => JSON.parse(payload).uid);
    expect(events.toSorted()).to.deep.equal([...uids, 'after'].toSorted());
    expect(await mesh.messages('QUARANTINE')).to.deep.equal([]);
    for (const { exitCode, signalCode } of [frozen, other]) expect([exitCode, signalCode]).to.deep.equal([null, null]);
  });
});
