import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { openIntake } from '@vigie/alert/streams';
import { openJetStream, type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type RetentionPorts, startRetention } from './composition-root.ts';
import { readConfig } from './config.ts';
import type { Streams } from './ports/streams.ts';

const FOR_EVER_MS = '2000000000';

const EMPTY_STREAM = {
  firstSequence: 1,
  lastSequence: 0,
  messages: 0,
  bytes: 0,
  maxBytes: 1_000_000,
  serverTime: new Date(0),
  consumers: [],
};

describe('retention-svc', () => {
  let nats: ScratchNats;
  let client: JetStreamClient;
  let manager: JetStreamManager;
  let running: AsyncDisposableStack;

  beforeEach(async () => {
    running = new AsyncDisposableStack();
    nats = running.use(await startScratchNats());
    ({ client, manager } = await openJetStream(running, nats.url));
  });
  afterEach(() => running.disposeAsync());

  /** The whole service, in this process, with the rights of its own user. */
  async function start(env: NodeJS.ProcessEnv = {}, overrides: Partial<RetentionPorts> = {}) {
    const config = readConfig({
      NATS_URL: nats.urlOf('retention-svc'),
      STREAM_MAX_BYTES: '1000000',
      RETENTION_INTERVAL_MS: '20',
      REPLAY_WINDOW_MS: '0',
      ...env,
    });
    const teardown = new AsyncDisposableStack();
    const health = new Health();
    const metrics = new Registry();
    const lines: { level: number; msg: string }[] = [];
    const logger = pino({}, { write: line => void lines.push(JSON.parse(line)) });
    await startRetention(config, { logger, metrics, health, teardown }, overrides);
    health.enter('running');
    running.use(teardown);
    // As store-svc does.
    if (overrides.streams === undefined) await openIntake(manager, 'spec');
    return { health, metrics, lines };
  }

  /** @returns its name */
  async function openWatcher(): Promise<string> {
    const watcher = await client.consumers.get('ALERTS', { opt_start_seq: 1 });
    return (await watcher.info()).name;
  }

  async function publish(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await client.publish('alerts.received.s', `{"number":${i}}`);
  }

  /** A durable consumer that has finished so many messages. */
  async function finish(durable: string, count: number): Promise<void> {
    await manager.consumers.add('ALERTS', { durable_name: durable, ack_policy: 'explicit' });
    if (count === 0) return;
    const consumer = await client.consumers.get('ALERTS', durable);
    for await (const message of await consumer.fetch({ max_messages: count })) await message.ackAck();
  }

  const firstKept = async () => (await manager.streams.info('ALERTS')).state.first_seq;

  /** Waits for a pass that began after the call. */
  async function wholePass(metrics: Registry): Promise<void> {
    const before = await passesOf(metrics);
    await waitFor('a whole pass', async () => ((await passesOf(metrics)) >= before + 2 ? true : undefined));
  }

  it('creates the streams, and brings their settings up to date, again after a reconnect', async () => {
    const { health } = await start();
    const maxBytes = async () => (await manager.streams.info('OUTCOMES')).config.max_bytes;
    expect(await maxBytes()).to.equal(1_000_000);
    await manager.streams.update('OUTCOMES', { max_bytes: 5_000 });
    nats.server.kill('SIGKILL');
    await nats.server.waitUntilExited();
    await waitFor('it to be unready', async () => ((await health.readiness()).ready ? undefined : true));
    await nats.server.start();
    await waitFor('its settings', async () =>
      (await maxBytes().catch(() => undefined)) === 1_000_000 ? true : undefined,
    );
    await waitFor('it to be ready', async () => ((await health.readiness()).ready ? true : undefined));
  });

  it('trims what both consumers have finished, and not what one has yet to do', async () => {
    const { metrics } = await start();
    await publish(10);
    await finish('record', 10);
    await finish('probe', 7);
    await waitFor('the trim', async () => ((await firstKept()) === 8 ? true : undefined));
    await wholePass(metrics);
    expect(await firstKept()).to.equal(8);
    await finish('probe', 3);
    await waitFor('the rest to go', async () => ((await firstKept()) === 11 ? true : undefined));
    await wholePass(metrics);
    expect(await metrics.getSingleMetricAsString('vigie_retention_trimmed_messages_total')).to.include(
      'stream="ALERTS"} 10',
    );
  });

  it('trims nothing while an awaited consumer is missing, and says which', async () => {
    const { metrics, lines } = await start();
    await publish(10);
    await finish('record', 10);
    await wholePass(metrics);
    await wholePass(metrics);
    expect(await firstKept()).to.equal(1);
    expect(lines.filter(({ msg }) => /consumer probe is missing/.test(msg))).to.lengthOf(1);
  });

  it('trims nothing within the replay window', async () => {
    const { metrics } = await start({ REPLAY_WINDOW_MS: FOR_EVER_MS });
    await publish(10);
    await finish('record', 10);
    await finish('probe', 10);
    await wholePass(metrics);
    expect(await firstKept()).to.equal(1);
  });

  it('waits neither for a watch nor for a consumer that somebody forgot, and says what that one misses', async () => {
    const { lines } = await start();
    await publish(10);
    const watcher = await openWatcher();
    await finish('pager', 3);
    await finish('record', 10);
    await finish('probe', 10);
    await waitFor('the trim', async () => ((await firstKept()) === 11 ? true : undefined));
    const consumers = await Array.fromAsync(manager.consumers.list('ALERTS'), ({ name }) => name);
    expect(consumers).to.include.members([watcher, 'pager']);
    const misses = await waitFor('the warning', () => lines.find(({ msg }) => /misses messages/.test(msg)));
    expect(misses.msg).to.match(/consumer pager misses.*nats consumer rm ALERTS pager/);
    expect(lines.filter(({ msg }) => msg.includes(watcher))).to.deep.equal([]);
  });

  it('waits for a consumer that the configuration names', async () => {
    const { metrics } = await start({ AWAITED_CONSUMERS: 'ALERTS/audit' });
    await publish(10);
    await finish('record', 10);
    await finish('probe', 10);
    await wholePass(metrics);
    expect(await firstKept()).to.equal(1);
    await finish('audit', 3);
    await waitFor('the trim', async () => ((await firstKept()) === 4 ? true : undefined));
    await wholePass(metrics);
    expect(await firstKept()).to.equal(4);
  });

  it('is unready and logs one error while its passes fail, and is ready again after one that succeeds', async () => {
    let failure: string | undefined;
    const streams: Streams = {
      async bringUpToDate() {
        if (failure !== undefined) throw new Error(failure);
      },
      readState: async name => ({ ...EMPTY_STREAM, name }),
      readMessageTime: async () => undefined,
      trim: async () => 0,
    };
    const { health, metrics, lines } = await start({}, { streams });
    await wholePass(metrics);
    failure = 'JetStream gives no answer';
    await waitFor('it to be unready', async () => ((await health.readiness()).ready ? undefined : true));
    expect((await health.readiness()).checks.streams).to.equal('JetStream gives no answer');
    failure = undefined;
    await waitFor('it to be ready', async () => ((await health.readiness()).ready ? true : undefined));
    expect(lines.filter(({ level }) => level === 50).map(({ msg }) => msg)).to.deep.equal(['retention pass failed']);
  });

  it('creates a stream again that somebody has deleted', async () => {
    await start();
    await manager.streams.delete('QUARANTINE');
    await waitFor('the stream', () => manager.streams.info('QUARANTINE').catch(() => undefined));
  });

  it('warns of a stream that is nearly full, and shows in a metric how full it is', async () => {
    const { metrics, lines } = await start({ STREAM_MAX_BYTES: '4096', REPLAY_WINDOW_MS: FOR_EVER_MS });
    await publish(400).catch(() => undefined);
    await waitFor('the warning', () =>
      lines.find(({ level, msg }) => level === 40 && /^ALERTS is \d+ % full.*start the service/.test(msg)),
    );
    expect(await metrics.getSingleMetricAsString('vigie_retention_fill_ratio')).to.match(/stream="ALERTS"\} 0\.[89]/);
  });
});

async function passesOf(metrics: Registry): Promise<number> {
  const counted = await metrics.getSingleMetric('vigie_retention_passes_total')?.get();
  return counted?.values.find(({ labels }) => labels.result === 'done')?.value ?? 0;
}
