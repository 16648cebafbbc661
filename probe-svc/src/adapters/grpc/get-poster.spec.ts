import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { TenantVideos } from '@vigie/access';
import { MediaSourceError } from '@vigie/media-source';
import { MemoryMediaSource } from '@vigie/media-source/testing';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { OutcomeService } from '@vigie/proto/vigie/internal/outcome/v1/outcome_service_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { Slots } from '@vigie/service-kit/async';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { validateRequests } from '@vigie/service-kit/validation';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createMakeAlertPoster } from '../../application/make-alert-poster.ts';
import { createMakePoster } from '../../application/make-poster.ts';
import type { AlertDirectory } from '../../ports/alert-directory.ts';
import type { PosterAnswer, PosterFailureCode } from '../../ports/poster-maker.ts';
import { FakeStoreService } from '../../testing/fake-store-service.ts';
import { type GrpcEndpoint, startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { ScriptedPosterMaker } from '../../testing/scripted-poster-maker.ts';
import { translateError } from './error-table.ts';
import { GrpcAlertDirectory } from './grpc-alert-directory.ts';
import { createPosterMetrics } from './poster-metrics.ts';
import { createVideoService } from './video-service.ts';

const limits = { firstRangeBytes: 1_000, maxBytes: 10_000, maxRequests: 4, timeoutMs: 1_000 };
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xd9);
const shown: PosterAnswer = { kind: 'poster', poster: { jpeg, width: 640, height: 480 }, diagnostics: [] };
const missing: PosterAnswer = { kind: 'need', offset: 4_000, lengthBytes: 500 };
const failing = (code: PosterFailureCode): PosterAnswer => ({
  kind: 'failure',
  failure: { code, message: 'so it is' },
  diagnostics: [],
});

describe('GetPoster', () => {
  const video = '/videos/a.mp4';
  let stack: AsyncDisposableStack;
  let store: FakeStoreService;
  let source: MemoryMediaSource;
  let maker: ScriptedPosterMaker;
  let metrics: Registry;
  let client: Client<typeof VideoService>;

  beforeEach(() => {
    stack = new AsyncDisposableStack();
    store = new FakeStoreService();
    store.alerts.set('a-1', { uid: 'a-1', video });
  });
  afterEach(() => stack.disposeAsync());

  async function serve(posterMaker: ScriptedPosterMaker, directory?: AlertDirectory): Promise<void> {
    maker = posterMaker;
    source = new MemoryMediaSource();
    source.files.set(video, new Uint8Array(5_000));
    metrics = new Registry();
    const storeEndpoint = stack.use(
      await startGrpcEndpoint([AlertService, OutcomeService], server => store.addTo(server)),
    );
    const makePoster = createMakePoster(source, maker, limits);
    const tenantVideos = new TenantVideos('/videos/{tenant}/');
    const service = createVideoService({
      probeVideo: noProbes,
      probeChunks: noProbes,
      calls: new Slots(1),
      makePoster,
      makeAlertPoster: createMakeAlertPoster(
        directory ?? new GrpcAlertDirectory(storeEndpoint.transport),
        makePoster,
        tenantVideos,
      ),
      tenantVideos,
      metrics: createPosterMetrics(metrics),
      logger: pino({ level: 'silent' }),
    });
    const endpoint: GrpcEndpoint = stack.use(
      await startGrpcEndpoint([VideoService], server => server.add(VideoService, service), {
        translateError,
        interceptors: [validateRequests([VideoService])],
      }),
    );
    client = createClient(VideoService, endpoint.transport);
  }
  const noProbes = () => Promise.reject(new Error('this spec probes nothing'));
  const ofVideo = (path = video, maxSide = 0) => client.getPoster({ source: { case: 'video', value: path }, maxSide });
  const ofAlert = (uid: string) => client.getPoster({ source: { case: 'uid', value: uid } });
  const errorOf = (call: Promise<unknown>) =>
    call.then(
      () => new ConnectError('it succeeded'),
      error => ConnectError.from(error),
    );
  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;

  it('reads what the picture needs and answers it as image/jpeg', async () => {
    await serve(new ScriptedPosterMaker(missing, shown));
    const { contentType, data } = await ofVideo(video, 320);
    expect(contentType).to.equal('image/jpeg');
    expect(Buffer.compare(data, jpeg)).to.equal(0);
    expect(source.reads).to.deep.equal([
      { offset: 0, lengthBytes: 1_000 },
      { offset: 4_000, lengthBytes: 500 },
    ]);
    expect(maker.seen.at(-1)).to.deep.equal({ heldBytes: 1_500, maxSidePixels: 320 });
    expect(await metrics.metrics()).to.match(/vigie_posters_total\{result="ok"\} 1/);
  });

  it('is 640 pixels at most where nothing else is asked for', async () => {
    await serve(new ScriptedPosterMaker(shown));
    await ofVideo();
    expect(maker.seen[0]?.maxSidePixels).to.equal(640);
  });

  it("shows an alert's video, which the store knows", async () => {
    await serve(new ScriptedPosterMaker(shown));
    expect((await ofAlert('a-1')).data.length).to.equal(jpeg.length);
  });

  it('is NOT_FOUND without such an alert, and without such a video', async () => {
    await serve(new ScriptedPosterMaker(shown));
    const unknown = await errorOf(ofAlert('a-2'));
    expect([unknown.code, reasonOf(unknown)]).to.deep.equal([Code.NotFound, 'ALERT_NOT_FOUND']);
    const lost = await errorOf(ofVideo('/videos/b.mp4'));
    expect([lost.code, reasonOf(lost)]).to.deep.equal([Code.NotFound, 'VIDEO_NOT_FOUND']);
  });

  it('is FAILED_PRECONDITION for a video without a picture, and says why', async () => {
    for (const code of ['NO_VIDEO_STREAM', 'NO_KEY_FRAME', 'PICTURE_TOO_LARGE', 'PICTURE_UNDECODABLE'] as const) {
      await serve(new ScriptedPosterMaker(failing(code)));
      const error = await errorOf(ofVideo());
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, code]);
      expect(await metrics.metrics()).to.contain(`vigie_posters_total{result="${code}"} 1`);
    }
  });

  it('costs no more than a probe may', async () => {
    await serve(new ScriptedPosterMaker({ kind: 'need', offset: 1_000, lengthBytes: 100_000 }));
    source.files.set(video, new Uint8Array(200_000));
    const error = await errorOf(ofVideo());
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, 'HEADER_BUDGET_EXCEEDED']);
  });

  it('is DEADLINE_EXCEEDED when decoding takes too long', async () => {
    await serve(new ScriptedPosterMaker(failing('PROBE_TIMEOUT')));
    expect((await errorOf(ofVideo())).code).to.equal(Code.DeadlineExceeded);
  });

  it('does not touch a video again that is known to kill the decoder', async () => {
    store.alerts.set('a-1', { uid: 'a-1', video, failure: { code: Failure_Code.DECODER_CRASHED } });
    await serve(new ScriptedPosterMaker(shown));
    const error = await errorOf(ofAlert('a-1'));
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, 'DECODER_CRASHED']);
    expect(source.reads).to.deep.equal([]);
  });

  it('is UNAVAILABLE while the video server is, and says when to come back', async () => {
    await serve(new ScriptedPosterMaker(shown));
    source.beforeRead = () => {
      throw new MediaSourceError('UNREACHABLE', 'the video server answers 503', { retryAfterMs: 7_000 });
    };
    const error = await errorOf(ofVideo());
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unavailable, 'VIDEO_UNREACHABLE']);
    expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(7n);
  });

  it('is UNAVAILABLE for an alert while the store is', async () => {
    using nowhere = new ChannelTransport({
      address: '127.0.0.1:1',
      services: [AlertService],
      defaultTimeoutMs: 300,
    });
    await serve(new ScriptedPosterMaker(shown), new GrpcAlertDirectory(nowhere));
    // Both channels ask again by themselves.
    const patient = client.getPoster({ source: { case: 'uid', value: 'a-1' } }, { timeoutMs: 9_000 });
    const error = await errorOf(patient);
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unavailable, 'STORE_UNREACHABLE']);
  });

  it('refuses a path or uid that no alert has, none at all, and sizes out of bounds', async () => {
    await serve(new ScriptedPosterMaker(shown));
    for (const [field, call] of [
      ['video', ofVideo('/videos/../etc/passwd.mp4')],
      ['uid', ofAlert('no good')],
      ['video', client.getPoster({})],
      ['max_side', ofVideo(video, 15)],
      ['max_side', ofVideo(video, 4_097)],
      ['max_side', ofVideo(video, -1)],
    ] as const) {
      const error = await errorOf(call);
      expect(error.code).to.equal(Code.InvalidArgument);
      expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal(field);
    }
    expect(source.reads).to.deep.equal([]);
  });

  it('stops reading when the caller is gone', async () => {
    await serve(new ScriptedPosterMaker(shown));
    const caller = new AbortController();
    const stopped = Promise.withResolvers<void>();
    source.beforeRead = (_, signal) => {
      signal.addEventListener('abort', () => stopped.resolve());
      caller.abort();
      return stopped.promise;
    };
    const call = client.getPoster({ source: { case: 'video', value: video } }, { signal: caller.signal });
    expect((await errorOf(call)).code).to.equal(Code.Canceled);
    await stopped.promise;
  });
});
