import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { sendRange } from '@vigie/media-source/testing';
import { Alert_Status, type Alert_Status as Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { makeMarkedVideo } from './testing/marked-video.ts';
import { ProbeMesh } from './testing/probe-mesh.ts';
import { startProbeProcess } from './testing/probe-process.ts';

const traps = new URL('./testing/trap-marked-videos.ts', import.meta.url).href;
const sound = await readFile(new URL('../../nginx/videos/mp4-faststart.mp4', import.meta.url));
const POISON = '/videos/poison.mp4';
/** What was in flight when the process died is redelivered after as long as a probe may take, and five seconds more. */
const REDELIVERY = { patienceMs: 20_000 };

describe('A video that kills the decoder', () => {
  let mesh: ProbeMesh;
  const teardown = new AsyncDisposableStack();

  before(async () => {
    mesh = teardown.use(await ProbeMesh.start());
    const poison = await makeMarkedVideo('crash');
    mesh.videos.behave = (request, response) => sendRange(request, response, request.path === POISON ? poison : sound);
  });
  after(() => teardown.disposeAsync());

  /** With a decoder that dies of marked videos. */
  const startService = () => startProbeProcess(teardown, mesh, ['--import', traps]);

  it('kills the service once, fails its alert, and harms no other alert', async () => {
    const publish = (uid: string, video = '/videos/a.mp4') =>
      mesh.publish('store-42', JSON.stringify({ uid, video, timestamp: 1_748_871_320.68, store: 'store-42' }));
    const others = Array.from({ length: 10 }, (_, i) => `a-${i}`);
    for (const uid of others.slice(0, 5)) await publish(uid);
    await publish('poison', POISON);
    for (const uid of others.slice(5)) await publish(uid);

    const first = await startService();
    expect((await once(first, 'exit'))[1]).to.equal('SIGSEGV');

    const second = await startService();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0), REDELIVERY);
    expect([second.exitCode, second.signalCode]).to.deep.equal([null, null]);

    const statuses = new Map<string, Status | undefined>();
    for (const { uid, status } of mesh.store.batches.flat()) statuses.set(uid, status);
    expect([...statuses.keys()]).to.members(['poison', ...others]);
    for (const uid of others) expect(statuses.get(uid), uid).to.equal(Alert_Status.PROCESSED);

    const [outcome, ...more] = mesh.store.batches.flat().filter(({ uid }) => uid === 'poison');
    expect(more).to.deep.equal([]);
    expect(outcome?.status).to.equal(Alert_Status.FAILED);
    expect(outcome?.failure?.code).to.equal(Failure_Code.DECODER_CRASHED);
    expect(outcome?.effort?.attempts).to.equal(2);
    const events = (await mesh.messages('OUTCOMES')).filter(({ payload }) => payload.includes('DECODER_CRASHED'));
    expect(events.map(({ subject }) => subject)).to.deep.equal(['alerts.failed.store-42']);
    expect(await mesh.messages('QUARANTINE')).to.deep.equal([]);

    // It goes on as if nothing had been.
    await publish('after');
    await eventually(() => expect(mesh.store.batches.flat().map(({ uid }) => uid)).to.contain('after'));
    expect([second.exitCode, second.signalCode]).to.deep.equal([null, null]);
  });
});
