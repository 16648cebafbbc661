import { readFile } from 'node:fs/promises';
import { type Client, createClient } from '@connectrpc/connect';
import { QUARANTINE_HEADERS } from '@vigie/alert/streams';
import { sendRange } from '@vigie/media-source/testing';
import { Alert_Status as Status } from '@vigie/proto/vigie/alert/v1/alert_pb.ts';
import { RecordOutcomeResult_Kind as Kind } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { eventually } from './testing/eventually.ts';
import { ProbeMesh, type RunningProbe, STREAM_MAX_BYTES } from './testing/probe-mesh.ts';

const video = await readFile(new URL('../../nginx/videos/mp4-moov-at-end.mp4', import.meta.url));
const alert = (uid: string, rest: object = {}) =>
  JSON.stringify({ uid, video: '/videos/a.mp4', timestamp: 1748871320.68, store: 'store-42', ...rest });

describe('probe-svc', () => {
  let mesh: ProbeMesh;
  let probe: RunningProbe | undefined;

  before(async () => {
    mesh = await ProbeMesh.start();
  });
  after(() => mesh[Symbol.asyncDispose]());
  beforeEach(async () => {
    await mesh.reset();
    mesh.videos.behave = (request, response) => sendRange(request, response, video);
  });
  afterEach(async () => {
    await probe?.[Symbol.asyncDispose]();
    probe = undefined;
  });

  const finished = () => eventually(async () => expect(await mesh.unfinished()).to.equal(0));
  const recorded = () => mesh.store.batches.flat();

  it('records the outcome of an alert, publishes it, and acknowledges the message', async () => {
    const trace = newTrace();
    await withTrace(trace, () => mesh.publish('store-42', alert('a-1')));
    probe = await mesh.startProbe();
    await finished();
    const [outcome] = recorded();
    expect(outcome).to.include({
      uid: 'a-1',
      status: Status.PROCESSED,
      traceId: trace.traceId,
      timestamp: 1748871320.68,
    });
    expect(outcome?.media?.video).to.include({ codec: 'h264', width: 640, height: 480 });
    expect(outcome?.effort).to.include({ attempts: 1, requests: 2 });
    const [event, ...more] = await mesh.messages('OUTCOMES');
    expect(more).to.deep.equal([]);
    expect(event?.subject).to.equal('alerts.processed.store-42');
    expect(JSON.parse(event?.payload ?? '')).to.deep.include({
      uid: 'a-1',
      status: 'PROCESSED',
      traceId: trace.traceId,
    });
    expect(event?.header('Nats-Msg-Id')).to.match(/^a-1\.[\w-]{22}\.PROCESSED\.1$/);
    expect(event?.header('traceparent')).to.contain(trace.traceId);
    const text = await probe.metrics.metrics();
    expect(text).to.match(/vigie_probe_outcomes_total\{status="PROCESSED",code=""\} 1/);
    expect(text).to.match(/vigie_probe_requests_sum 2/);
    expect(text).to.match(/vigie_video_requests_total\{status="206"\} 2/);
  });

  it('publishes nothing before the store has the outcome', async () => {
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<Kind>();
    mesh.store.judge = () => {
      asked.resolve();
      return release.promise;
    };
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await asked.promise;
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    expect(await mesh.unfinished()).to.equal(1);
    release.resolve(Kind.RECORDED);
    await finished();
    expect((await mesh.messages('OUTCOMES')).length).to.equal(1);
  });

  it('fails an alert whose file is not a video', async () => {
    mesh.videos.behave = (request, response) => sendRange(request, response, Buffer.from('<!DOCTYPE html>'.repeat(99)));
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded()[0]?.status).to.equal(Status.FAILED);
    const [event] = await mesh.messages('OUTCOMES');
    expect(event?.subject).to.equal('alerts.failed.store-42');
    expect(JSON.parse(event?.payload ?? '').failure.code).to.equal('NOT_A_VIDEO');
  });

  it('waits for a store that is away, and loses nothing', async () => {
    await mesh.stopStore();
    for (let i = 0; i < 5; i++) await mesh.publish('store-42', alert(`a-${i}`));
    probe = await mesh.startProbe();
    await eventually(() => expect(mesh.videos.requests.length).to.be.at.least(10));
    expect(await mesh.unfinished()).to.equal(5);
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    await mesh.startStore();
    await finished();
    expect(recorded().map(({ uid }) => uid)).to.members(['a-0', 'a-1', 'a-2', 'a-3', 'a-4']);
    expect(recorded().map(({ effort }) => effort?.attempts)).to.deep.equal([1, 1, 1, 1, 1]);
    expect((await mesh.messages('OUTCOMES')).length).to.equal(5);
  });

  it('waits for the store to have a row of the alert', async () => {
    let tries = 0;
    mesh.store.judge = () => (++tries < 3 ? Kind.UNKNOWN_ALERT : Kind.RECORDED);
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(tries).to.equal(3);
    expect((await mesh.messages('OUTCOMES')).length).to.equal(1);
  });

  it('retries an alert whose outcome the store did not accept', async () => {
    let tries = 0;
    mesh.store.judge = () => (++tries === 1 ? Kind.REFUSED : Kind.RECORDED);
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded().map(({ effort }) => effort?.attempts)).to.deep.equal([1, 2]);
    expect((await mesh.messages('OUTCOMES')).length).to.equal(1);
    expect(await probe.metrics.metrics()).to.match(/vigie_probe_retries_total\{reason="OUTCOME_REFUSED"\} 1/);
  });

  it('publishes nothing of an alert whose uid belongs to another one', async () => {
    mesh.store.judge = () => Kind.CONFLICT;
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    expect(await mesh.messages('QUARANTINE')).to.deep.equal([]);
  });

  it('ignores a message that is not an alert, and goes on with the next', async () => {
    for (const payload of ['{"uid":', '{}', alert('a b'), '\xff']) await mesh.publish('store-42', payload);
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded().map(({ uid }) => uid)).to.deep.equal(['a-1']);
    expect((await mesh.messages('OUTCOMES')).length).to.equal(1);
  });

  it('probes a video that appears within the upload grace', async () => {
    mesh.videos.behave = (request, response, number) =>
      number < 4 ? response.writeHead(404).end() : sendRange(request, response, video);
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded()[0]).to.include({ status: Status.PROCESSED });
    expect(recorded()[0]?.effort?.attempts).to.equal(4);
  });

  it('probes a video again that is empty and then cut, until it is whole', async () => {
    mesh.videos.behave = (request, response, number) => {
      if (number === 1) response.writeHead(416, { 'content-range': 'bytes */0' }).end();
      else sendRange(request, response, number === 2 ? video.subarray(0, 1_000) : video);
    };
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded()[0]).to.include({ status: Status.PROCESSED });
    expect(recorded()[0]?.media?.truncated).to.equal(false);
    expect(recorded()[0]?.effort?.attempts).to.equal(3);
  });

  it('does not wait for more of a file that nobody has written to for long', async () => {
    const headers = { 'last-modified': 'Thu, 26 Nov 2026 09:00:00 GMT', date: 'Thu, 26 Nov 2026 09:01:00 GMT' };
    mesh.videos.behave = (request, response) => sendRange(request, response, video.subarray(0, 1_000), headers);
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe();
    await finished();
    expect(recorded()[0]).to.include({ status: Status.FAILED });
    expect(recorded()[0]?.effort?.attempts).to.equal(1);
  });

  it('fails an alert whose video never appears', async () => {
    mesh.videos.behave = (_, response) => response.writeHead(404).end();
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe({ VIDEO_UPLOAD_GRACE_MS: '3000' });
    await finished();
    expect(recorded()[0]).to.include({ status: Status.FAILED });
    expect(recorded()[0]?.effort?.attempts).to.be.at.least(2);
  });

  it('quarantines an alert with its message once its attempts are used up', async () => {
    mesh.videos.behave = (_, response) => response.writeHead(403).end();
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe({ RETRY_MAX_ATTEMPTS: '3' });
    await finished();
    const attempts = mesh.videos.requests.length;
    // Pauses that happened to be short leave time for another attempt.
    expect(attempts).to.be.within(3, 5);
    expect(recorded()[0]).to.include({ status: Status.QUARANTINED });
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    const [kept, ...more] = await mesh.messages('QUARANTINE');
    expect(more).to.deep.equal([]);
    expect(kept?.subject).to.equal('alerts.quarantined.store-42');
    expect(kept?.payload).to.equal(alert('a-1'));
    expect(kept?.header(QUARANTINE_HEADERS.reason)).to.equal('VIDEO_UNREACHABLE');
    expect(kept?.header(QUARANTINE_HEADERS.attempts)).to.equal(String(attempts));
    expect(await probe.metrics.metrics()).to.include(
      `vigie_probe_retries_total{reason="VIDEO_UNREACHABLE"} ${attempts - 1}`,
    );
  });

  it('gives an alert up whose outcome the store never accepts, and quarantines its message', async () => {
    mesh.store.judge = () => Kind.REFUSED;
    await mesh.publish('store-42', alert('a-1'));
    probe = await mesh.startProbe({ RETRY_MAX_ATTEMPTS: '3' });
    await finished();
    const [kept, ...more] = await mesh.messages('QUARANTINE');
    expect(more).to.deep.equal([]);
    expect(kept?.payload).to.equal(alert('a-1'));
    expect(kept?.header(QUARANTINE_HEADERS.reason)).to.equal('INTERNAL');
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    expect(await probe.metrics.metrics()).to.include(
      'vigie_probe_outcomes_total{status="QUARANTINED",code="INTERNAL"} 1',
    );
  });

  for (const [stream, subject, status] of [
    ['OUTCOMES', 'alerts.processed.*', Status.PROCESSED],
    ['QUARANTINE', 'alerts.quarantined.*', Status.QUARANTINED],
  ] as const) {
    it(`waits for room in the stream ${stream}, without probing or recording again`, async () => {
      if (status === Status.QUARANTINED) mesh.videos.behave = (_, response) => response.writeHead(403).end();
      probe = await mesh.startProbe({ RETRY_MAX_ATTEMPTS: '1' });
      await mesh.limitStream(stream, 1);
      const tried = await mesh.overhear(subject);
      await mesh.publish('store-42', alert('a-1'));
      await eventually(() => expect(tried.length).to.be.at.least(3));
      const requests = mesh.videos.requests.length;
      expect(await mesh.unfinished()).to.equal(1);
      await mesh.limitStream(stream, STREAM_MAX_BYTES);
      await finished();
      expect(mesh.videos.requests.length).to.equal(requests);
      expect(recorded().map(outcome => [outcome.status, outcome.effort?.attempts])).to.deep.equal([[status, 1]]);
      expect(await mesh.messages(stream)).to.have.lengthOf(1);
    });
  }

  it('does not let a full stream delay a shutdown, and finishes the alert at the next start', async () => {
    const stopping = await mesh.startProbe({ SHUTDOWN_GRACE_MS: '50' });
    await mesh.limitStream('OUTCOMES', 1);
    const tried = await mesh.overhear('alerts.processed.*');
    await mesh.publish('store-42', alert('a-1'));
    await eventually(() => expect(tried.length).to.be.at.least(1));
    await stopping[Symbol.asyncDispose]();
    expect(await mesh.messages('OUTCOMES')).to.deep.equal([]);
    await mesh.limitStream('OUTCOMES', STREAM_MAX_BYTES);
    probe = await mesh.startProbe();
    await finished();
    expect(await mesh.messages('OUTCOMES')).to.have.lengthOf(1);
  });

  it('lets no slow video delay the others', async () => {
    const slow = Promise.withResolvers<void>();
    mesh.videos.behave = (request, response) =>
      void (request.path.includes('slow') ? slow.promise : Promise.resolve()).then(() =>
        sendRange(request, response, video),
      );
    await mesh.publish('store-42', alert('slow', { video: '/videos/slow.mp4' }));
    for (let i = 0; i < 20; i++) await mesh.publish('store-42', alert(`a-${i}`));
    probe = await mesh.startProbe({ CONCURRENT_TASKS: '4' });
    await eventually(() => expect(recorded().length).to.equal(20));
    slow.resolve();
    await finished();
    expect(recorded().at(-1)?.uid).to.equal('slow');
  });

  it("hands back what it can't finish in time when it stops, for the next one to finish", async () => {
    mesh.videos.behave = () => {};
    await mesh.publish('store-42', alert('a-1'));
    const stopping = await mesh.startProbe({ SHUTDOWN_GRACE_MS: '50' });
    await eventually(() => expect(mesh.videos.requests.length).to.equal(1));
    await stopping[Symbol.asyncDispose]();
    expect(recorded()).to.deep.equal([]);
    mesh.videos.behave = (request, response) => sendRange(request, response, video);
    probe = await mesh.startProbe();
    await finished();
    // What was broken off says nothing about the alert.
    expect(recorded()[0]?.effort?.attempts).to.equal(1);
  });

  it('is ready with nats and the store, whether the videos are there or not', async () => {
    mesh.videos.behave = (_, response) => response.destroy();
    const started = await mesh.startProbe();
    probe = started;
    await eventually(async () => expect(await started.health.readiness()).to.have.property('ready', true));
    await mesh.stopStore();
    await eventually(async () => expect((await started.health.readiness()).checks.store).to.not.equal('ok'));
  });

  it('answers ProbeVideo', async () => {
    probe = await mesh.startProbe();
    using transport = new ChannelTransport({
      address: `127.0.0.1:${probe.port}`,
      services: [VideoService],
      defaultTimeoutMs: 60_000,
    });
    const client: Client<typeof VideoService> = createClient(VideoService, transport);
    const { finding } = await client.probeVideo({ video: '/videos/a.mp4' });
    expect(finding.case).to.equal('media');
  });
});
