import { createClient } from '@connectrpc/connect';
import { OPEN_ACCESS } from '@vigie/access/testing';
import type { FinishedAlert } from '@vigie/alert';
import { MemoryMediaSource } from '@vigie/media-source/testing';
import { VideoService } from '@vigie/proto/vigie/video/v1/video_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { ProcessAlert } from './application/process-alert.ts';
import { type ProbePorts, startProbe } from './composition-root.ts';
import { readConfig } from './config.ts';
import { attemptOf, deliveryOf } from './testing/delivery-of.ts';
import { mediaOf } from './testing/media-of.ts';
import { ScriptedHeaderProbe } from './testing/scripted-header-probe.ts';

const UNREACHABLE = { NATS_URL: 'nats://probe-svc:probe-svc@127.0.0.1:1', STORE_ADDRESS: '127.0.0.1:1' };

describe('probe-svc with overridden ports', () => {
  let running: AsyncDisposableStack;

  beforeEach(() => {
    running = new AsyncDisposableStack();
  });
  afterEach(() => running.disposeAsync());

  it('serves without NATS and store-svc if no other port needs them', async () => {
    const published: FinishedAlert[] = [];
    let processAlert: ProcessAlert | undefined;
    const { client, health } = await start({
      ...videoPorts(),
      alertDirectory: { find: async () => undefined },
      outcomeStore: { record: async ({ record }) => ({ kind: 'current', record }) },
      retryReports: { report() {} },
      outcomeEvents: { publish: async outcome => void published.push(outcome) },
      alertQuarantine: { add: async () => {} },
      storePresence: { areOthersPresent: () => false },
      attemptJournal: {
        begin: async delivery => ({ attempt: attemptOf(delivery), [Symbol.dispose]() {} }),
        note: async () => {},
      },
      consumeAlerts: async process => {
        processAlert = process;
        return new AsyncDisposableStack();
      },
    });
    expect(await client.probeVideo({ video: '/videos/a.mp4' })).to.have.nested.property('finding.case', 'media');
    expect(await processAlert?.(deliveryOf())).to.have.property('kind', 'finished');
    expect(published.map(({ alert }) => alert.uid)).to.deep.equal(['a-1']);
    expect(await health.readiness()).to.deep.equal({ ready: true, checks: { service: 'ok' } });
  });

  function videoPorts(): Pick<ProbePorts, 'videoSource' | 'headerProbe'> {
    const videoSource = new MemoryMediaSource();
    videoSource.files.set('/videos/a.mp4', new Uint8Array(5_000));
    return { videoSource, headerProbe: new ScriptedHeaderProbe({ kind: 'media', media: mediaOf(), diagnostics: [] }) };
  }

  async function start(overrides: Partial<ProbePorts>) {
    const config = readConfig({
      ...OPEN_ACCESS,
      HOST: '127.0.0.1',
      PORT: '0',
      SHUTDOWN_GRACE_MS: '300',
      ...UNREACHABLE,
    });
    const health = new Health();
    const context = { logger: pino({ level: 'silent' }), metrics: new Registry(), health, teardown: running };
    const port = await startProbe(config, context, overrides);
    health.enter('running');
    const address = `127.0.0.1:${port}`;
    const transport = new ChannelTransport({ address, services: [VideoService], defaultTimeoutMs: 60_000 });
    return { health, client: createClient(VideoService, running.use(transport)) };
  }
});
