import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { TenantVideos } from '@vigie/access';
import { waitFor } from '@vigie/dev-env/testing';
import { MediaSourceError } from '@vigie/media-source';
import { MemoryMediaSource } from '@vigie/media-source/testing';
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { Failure_Code } from '@vigie/proto/vigie/video/v1/failure_pb.ts';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { Slots } from '@vigie/service-kit/async';
import { validateRequests } from '@vigie/service-kit/validation';
import { expect } from 'chai';
import { pino } from 'pino';
import { createProbeChunks } from '../../application/probe-chunks.ts';
import { createProbeVideo } from '../../application/probe-video.ts';
import { type GrpcEndpoint, startGrpcEndpoint } from '../../testing/grpc-endpoint.ts';
import { mediaOf } from '../../testing/media-of.ts';
import { ScriptedHeaderProbe } from '../../testing/scripted-header-probe.ts';
import { translateError } from './error-table.ts';
import { createVideoService } from './video-service.ts';

const CALLS = 3;
const limits = { firstRangeBytes: 1_000, maxBytes: 10_000, maxRequests: 4, timeoutMs: 1_000 };

const noPosters = () => Promise.reject(new Error('this spec asks for no poster'));

describe('VideoService', () => {
  let source: MemoryMediaSource;
  let probe: ScriptedHeaderProbe;
  let endpoint: GrpcEndpoint;
  let client: Client<typeof VideoService>;

  const serve = async (headerProbe: ScriptedHeaderProbe) => {
    probe = headerProbe;
    source = new MemoryMediaSource();
    source.files.set('/videos/a.mp4', new Uint8Array(5_000));
    const service = createVideoService({
      probeVideo: createProbeVideo(source, probe, limits),
      probeChunks: createProbeChunks(probe, limits),
      calls: new Slots(CALLS),
      tenantVideos: new TenantVideos('/videos/{tenant}/'),
      makePoster: noPosters,
      makeAlertPoster: noPosters,
      metrics: { count: () => {} },
      logger: pino({ level: 'silent' }),
    });
    endpoint = await startGrpcEndpoint([VideoService], server => server.add(VideoService, service), {
      translateError,
      interceptors: [validateRequests([VideoService])],
    });
    client = createClient(VideoService, endpoint.transport);
  };
  afterEach(() => endpoint[Symbol.asyncDispose]());

  const media = { kind: 'media', media: mediaOf({ sizeBytes: 5_000 }), diagnostics: [] } as const;
  const missing = { kind: 'need', offset: 4_000, lengthBytes: 500 } as const;
  const errorOf = async (call: Promise<unknown>) =>
    ConnectError.from(
      await call.then(
        () => 'no error',
        error => error,
      ),
    );

  it('answers as many calls at once as there is room for, and refuses more for the time being', async () => {
    const ended = Promise.withResolvers<typeof media>();
    await serve(new ScriptedHeaderProbe(() => ended.promise));
    const answered = Array.from({ length: CALLS }, () => client.probeVideo({ video: '/videos/a.mp4' }));
    await waitFor('all probes', () => probe.calls === CALLS || undefined);
    const calls = [
      client.probeVideo({ video: '/videos/a.mp4' }),
      client.getPoster({ source: { case: 'video', value: '/videos/a.mp4' } }),
      client.probeStream(
        (async function* () {
          yield { chunk: new Uint8Array(10) };
        })(),
      ),
    ];
    for (const error of await Promise.all(calls.map(errorOf))) {
      expect(error.code).to.equal(Code.ResourceExhausted);
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('OVERLOADED');
      expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(1n);
    }
    ended.resolve(media);
    for (const { finding } of await Promise.all(answered)) expect(finding.case).to.equal('media');
    expect((await client.probeVideo({ video: '/videos/a.mp4' })).finding.case).to.equal('media');
  });

  describe('ProbeVideo', () => {
    it('tells what a video is and what that cost', async () => {
      await serve(new ScriptedHeaderProbe(media));
      const { finding, effort } = await client.probeVideo({ video: '/videos/a.mp4' });
      if (finding.case !== 'media') throw new Error(`${finding.case}`);
      expect(finding.value.video).to.include({ codec: 'h264', width: 640, height: 480 });
      expect(finding.value.sizeBytes).to.equal(5_000n);
      expect(effort).to.include({ attempts: 1, requests: 1, bytesRead: 1_000 });
    });

    it('answers that there is no such video', async () => {
      await serve(new ScriptedHeaderProbe(media));
      const { finding } = await client.probeVideo({ video: '/videos/b.mp4' });
      expect(finding.case).to.equal('failure');
      expect(finding.value).to.have.property('code', Failure_Code.VIDEO_NOT_FOUND);
    });

    it('is UNAVAILABLE while the video server is, and says when to come back', async () => {
      await serve(new ScriptedHeaderProbe(media));
      source.beforeRead = () => {
        throw new MediaSourceError('UNREACHABLE', 'the video server answers 503', { retryAfterMs: 7_000 });
      };
      // The channel asks again by itself; that is not what is looked at here.
      const error = await errorOf(client.probeVideo({ video: '/videos/a.mp4' }));
      expect(error.code).to.equal(Code.Unavailable);
      expect(error.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('VIDEO_UNREACHABLE');
      expect(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds).to.equal(7n);
    });

    it('refuses a path that no alert may have', async () => {
      await serve(new ScriptedHeaderProbe(media));
      for (const video of ['', 'a.mp4', '/videos/../etc/passwd.mp4', '/videos/a.txt']) {
        const error = await errorOf(client.probeVideo({ video }));
        expect(error.code).to.equal(Code.InvalidArgument);
        expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal('video');
      }
      expect(source.reads).to.deep.equal([]);
    });

    it('stops reading when the caller is gone', async () => {
      await serve(new ScriptedHeaderProbe(media));
      const caller = new AbortController();
      const stopped = Promise.withResolvers<void>();
      source.beforeRead = (_, signal) => {
        signal.addEventListener('abort', () => stopped.resolve());
        caller.abort();
        return stopped.promise;
      };
      expect((await errorOf(client.probeVideo({ video: '/videos/a.mp4' }, caller))).code).to.equal(Code.Canceled);
      await stopped.promise;
    });
  });

  describe('ProbeStream', () => {
    async function* send(...requests: { chunk: Uint8Array; offset?: bigint; totalSizeBytes?: bigint }[]) {
      yield* requests;
    }

    it('tells what the video is as soon as it knows', async () => {
      await serve(new ScriptedHeaderProbe(media));
      async function* endless() {
        while (true) yield { chunk: new Uint8Array(600) };
      }
      expect((await client.probeStream(endless())).finding.case).to.equal('media');
    });

    it('says which range is missing', async () => {
      await serve(new ScriptedHeaderProbe(missing));
      const { finding } = await client.probeStream(send({ chunk: new Uint8Array(1_000), totalSizeBytes: 4_500n }));
      expect(finding.case).to.equal('missing');
      expect(finding.value).to.include({ offset: 4_000n, lengthBytes: 500n });
    });

    it('takes a chunk from anywhere', async () => {
      await serve(new ScriptedHeaderProbe(missing, media));
      const chunks = send({ chunk: new Uint8Array(1_000) }, { chunk: new Uint8Array(500), offset: 4_000n });
      expect((await client.probeStream(chunks)).finding.case).to.equal('media');
      expect(probe.calls).to.equal(2);
    });

    it('answers that the header costs too much', async () => {
      await serve(new ScriptedHeaderProbe(missing));
      const { finding } = await client.probeStream(send({ chunk: new Uint8Array(10_001) }));
      expect(finding.case).to.equal('failure');
      expect(finding.value).to.have.property('code', Failure_Code.HEADER_BUDGET_EXCEEDED);
    });

    it('refuses numbers that no file has, and a size that changes', async () => {
      await serve(new ScriptedHeaderProbe(missing));
      const chunk = new Uint8Array(10);
      for (const [field, requests] of [
        ['offset', send({ chunk, offset: 2n ** 63n })],
        ['total_size_bytes', send({ chunk, totalSizeBytes: 100n }, { chunk, totalSizeBytes: 200n })],
      ] as const) {
        const error = await errorOf(client.probeStream(requests));
        expect(error.code).to.equal(Code.InvalidArgument);
        expect(error.findDetails(BadRequestSchema)[0]?.fieldViolations[0]?.field).to.equal(field);
      }
    });
  });
});
