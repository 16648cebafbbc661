import { createClient } from '@connectrpc/connect';
import { OPEN_ACCESS } from '@vigie/access/testing';
import { startScratchNats } from '@vigie/dev-env/testing';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { RecordAlert } from './application/record-alert.ts';
import { type StorePorts, startStore } from './composition-root.ts';
import { readConfig } from './config.ts';
import { FakeAlertStores } from './ports/alert-store.fake.ts';
import { FakeDeadLetterQueue } from './ports/dead-letter-queue.fake.ts';
import { alertMessage, receivedAlert } from './testing/sample-alerts.ts';

const NO_POSTGRES = 'postgresql://vigie_store:vigie_store@127.0.0.1:1/vigie';
const NO_NATS = 'nats://store-svc:store-svc@127.0.0.1:1';
const STREAM = 'the stream of this spec';

const unused = () => Promise.reject(new Error('this spec does not use it'));

describe('store-svc with overridden ports', () => {
  let running: AsyncDisposableStack;

  beforeEach(() => {
    running = new AsyncDisposableStack();
  });
  afterEach(() => running.disposeAsync());

  it('serves without Postgres and NATS if no other port needs them', async () => {
    let recordAlert: RecordAlert | undefined;
    const { client, health } = await start(NO_NATS, {
      ...postgresPorts(),
      deadLetters: new FakeDeadLetterQueue(),
      replayQueue: { replay: unused, revive: unused, redrive: unused },
      outcomeFeed: { watch: () => expect.fail('nobody watches') },
      alertJournal: { progress: unused, read: () => expect.fail('no other process leaves the lease') },
      outcomeJournal: { read: unused, publishAgain: unused },
      alertStream: {
        state: async () => ({ identity: STREAM, isOpen: true, firstSequence: 1, lastSequence: 0, messages: 0 }),
        ...{ close: unused, moveTo: unused, open: unused },
      },
      consumeAlerts: async record => {
        recordAlert = record;
        return new AsyncDisposableStack();
      },
      consumeQuarantined: async () => new AsyncDisposableStack(),
    });
    expect(await recordAlert?.(alertMessage(receivedAlert('u-1')))).to.have.property('kind', 'recorded');
    expect(await client.getAlert({ uid: 'u-1' })).to.include({ uid: 'u-1', store: 'store-42' });
    const checks = { service: 'ok', writes: 'ok', positions: 'ok' };
    expect(await health.readiness()).to.deep.equal({ ready: true, checks });
  });

  it('serves without Postgres if no other port needs it', async () => {
    const nats = running.use(await startScratchNats());
    let identity: string | undefined;
    const { health } = await start(nats.urlOf('store-svc'), {
      ...postgresPorts(),
      lease: {
        ...lease,
        hold: async () => 0,
        streamIdentity: async () => identity,
        nameStream: async name => {
          identity = name;
          return name;
        },
      },
    });
    const { checks } = await health.readiness();
    expect(checks).to.have.property('nats', 'ok');
    expect(checks).not.to.have.property('postgres');
  });

  /** Another process has it, so that this one doesn't sweep. */
  const lease: StorePorts['lease'] = {
    hold: async () => undefined,
    streamIdentity: async () => STREAM,
    release: async () => {},
    ...{ noteSwept: unused, nameStream: unused, replaceStream: unused },
  };

  function postgresPorts(): Pick<
    StorePorts,
    'alertStores' | 'alertCounts' | 'quarantine' | 'idempotencyKeys' | 'lease'
  > {
    const quarantine = { keep: unused, list: unused, has: unused, findAt: unused };
    return {
      alertStores: new FakeAlertStores(),
      alertCounts: { summarize: unused, fold: async () => {} },
      idempotencyKeys: { begin: unused, finish: unused, release: unused, forgetExpired: async () => {} },
      quarantine: { ...quarantine, oldestHeld: unused, countHeld: unused, resolve: unused },
      lease,
    };
  }

  async function start(natsUrl: string, overrides: Partial<StorePorts>) {
    const config = readConfig({
      ...OPEN_ACCESS,
      ...{ HOST: '127.0.0.1', PORT: '0', SHUTDOWN_GRACE_MS: '300', STREAM_MAX_BYTES: '1000000' },
      ...{ NATS_URL: natsUrl, DATABASE_URL: NO_POSTGRES, DATABASE_MIGRATION_URL: NO_POSTGRES },
    });
    const health = new Health();
    const context = { logger: pino({ level: 'silent' }), metrics: new Registry(), health, teardown: running };
    const port = await startStore(config, context, overrides);
    health.enter('running');
    const address = `127.0.0.1:${port}`;
    const transport = new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: 60_000 });
    return { health, client: createClient(AlertService, running.use(transport)) };
  }
});
