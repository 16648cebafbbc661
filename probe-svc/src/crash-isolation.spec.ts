import type { ChildProcess } from 'node:child_process';
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
/** Of one store: half of the slots. */
const PROBED_AT_ONCE = 3;

describe('A process that ends while it probes', () => {
  let mesh: ProbeMesh;
  let poison: Uint8Array;
  const teardown = new AsyncDisposableStack();

  before(async () => {
    mesh = teardown.use(await ProbeMesh.start());
    poison = await makeMarkedVideo('crash');
  });
  after(() => teardown.disposeAsync());
  beforeEach(() => mesh.reset());

  /** With a decoder that dies of marked videos. */
  const startService = (env?: NodeJS.ProcessEnv) => startProbeProcess(teardown, mesh, ['--import', traps], env);
  const publish = (uid: string, video = '/videos/a.mp4') =>
    mesh.publish('store-42', JSON.stringify({ uid, video, timestamp: 1_748_871_320.68, store: 'store-42' }));

  it('fails the alert whose video ended it, and harms no other alert', async () => {
    mesh.videos.behave = (request, response) => sendRange(request, response, request.path === POISON ? poison : sound);
    const others = Array.from({ length: 10 }, (_, i) => `a-${i}`);
    for (const uid of others.slice(0, 5)) await publish(uid);
    await publish('poison', POISON);
    for (const uid of others.slice(5)) await publish(uid);

    const first = await startService();
    expect((await once(first, 'exit'))[1]).to.equal('SIGSEGV');

    const second = await startService();
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
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
    await endProcess(second);
  });

  it('has only those alerts probed in a child that were being probed, and counts their attempts', async () => {
    const patient = { PROBE_TIMEOUT_MS: '3000' };
    const isHanging = Promise.withResolvers<void>();
    // No read ends.
    mesh.videos.behave = () => {
      if (mesh.videos.requests.length === PROBED_AT_ONCE) isHanging.resolve();
    };
    const uids = Array.from({ length: 20 }, (_, i) => `a-${i}`);
    for (const uid of uids) await publish(uid);
    const killed = await startService({ CONCURRENT_TASKS: String(2 * PROBED_AT_ONCE), ...patient });
    await isHanging.promise;
    await endProcess(killed);

    mesh.videos.behave = (request, response) => sendRange(request, response, sound);
    await using other = await mesh.startProbe(patient);
    await eventually(async () => expect(await mesh.unfinished()).to.equal(0));
    const attempts = mesh.store.batches.flat().map(({ effort }) => effort?.attempts);
    expect(attempts.toSorted()).to.deep.equal([...Array(uids.length - PROBED_AT_ONCE).fill(1), 2, 2, 2]);
    expect(await other.metrics.metrics()).to.include(`vigie_isolated_probes_total{result="answer"} ${PROBED_AT_ONCE}`);
  });
});

async function endProcess(process: ChildProcess): Promise<void> {
  process.kill('SIGKILL');
  await once(process, 'exit');
}
