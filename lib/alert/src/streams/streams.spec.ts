import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { openJetStream, startScratchNats } from '@vigie/dev-env/testing';
import { Health } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { pino } from 'pino';
import { parseAlert } from '../alert.ts';
import { encodeAlertPayload } from '../wire/alert-payload.ts';
import { alertMessageId } from './alert-message-id.ts';
import { isIntakeOpen, openIntake } from './intake.ts';
import { openStreams } from './open-streams.ts';
import { ensureStreams, STREAM_NAMES, updateStreams } from './streams.ts';
import { subjects } from './subjects.ts';

const LIMITS = { maxBytes: 1_000_000, replicas: 1 };
const OTHER_LIMITS = { maxBytes: 2_000_000, replicas: 1 };

describe('the streams', () => {
  const teardown = new AsyncDisposableStack();
  let connection: NatsConnection;
  let client: JetStreamClient;
  let manager: JetStreamManager;

  before(async () => {
    const nats = teardown.use(await startScratchNats());
    ({ connection, client, manager } = await openJetStream(teardown, nats.url));
  });
  beforeEach(async () => {
    for (const { config } of await manager.streams.list().next()) await manager.streams.delete(config.name);
  });
  after(() => teardown.disposeAsync());

  const maxBytes = () =>
    Promise.all(STREAM_NAMES.map(async name => (await manager.streams.info(name)).config.max_bytes));

  it('are created by the first service to start, also by several at once', async () => {
    expect(await Promise.all([ensureStreams(manager, LIMITS), ensureStreams(manager, LIMITS)])).to.deep.equal([[], []]);
    expect(await maxBytes()).to.deep.equal([1_000_000, 1_000_000, 1_000_000]);
  });

  it('keep their settings when a service asks for others, and its log says so', async () => {
    await ensureStreams(manager, LIMITS);
    const lines: { level: number; streams: string[] }[] = [];
    const logger = pino({}, { write: line => void lines.push(JSON.parse(line)) });
    await openStreams(connection, OTHER_LIMITS, { logger, health: new Health() });
    expect(await maxBytes()).to.deep.equal([1_000_000, 1_000_000, 1_000_000]);
    expect(lines).to.lengthOf(1);
    expect(lines[0]).to.deep.include({ level: 40, streams: [...STREAM_NAMES] });
  });

  it('are part of readiness', async () => {
    const health = new Health();
    await openStreams(connection, LIMITS, { logger: pino({ enabled: false }), health });
    expect((await health.readiness()).checks.streams).to.equal('ok');
    await manager.streams.delete('ALERTS');
    expect((await health.readiness()).checks.streams).to.equal('stream not found');
  });

  it('are brought up to date by retention-svc, and ALERTS stays closed or open as it is', async () => {
    await ensureStreams(manager, LIMITS);
    await updateStreams(manager, OTHER_LIMITS);
    expect(await maxBytes()).to.deep.equal([2_000_000, 2_000_000, 2_000_000]);
    expect(isIntakeOpen((await manager.streams.info('ALERTS')).config)).to.equal(false);
    await openIntake(manager, 'spec');
    await updateStreams(manager, LIMITS);
    expect(isIntakeOpen((await manager.streams.info('ALERTS')).config)).to.equal(true);
  });

  it('are smaller where nats-server has no room for them, and keep their sizes when they are to be larger', async () => {
    // docker/nats.conf has room for two of them.
    const LARGE = { maxBytes: 4 * 1024 ** 3, replicas: 1 };
    await ensureStreams(manager, LARGE);
    expect(await maxBytes()).to.deep.equal([LARGE.maxBytes, LARGE.maxBytes, LARGE.maxBytes / 2]);
    expect(await ensureStreams(manager, LARGE)).to.deep.equal(['QUARANTINE']);
    expect(await updateStreams(manager, LARGE)).to.deep.equal(['QUARANTINE']);
    expect(await updateStreams(manager, LIMITS)).to.deep.equal([]);
    expect(await maxBytes()).to.deep.equal([1_000_000, 1_000_000, 1_000_000]);
  });

  it('refuse an alert that is too large to be quarantined', async () => {
    await ensureStreams(manager, LIMITS);
    await openIntake(manager, 'spec');
    const publish = (stream: string, bytes: number) => client.publish(`alerts.${stream}.s`, Buffer.alloc(bytes, 'x'));
    const refusal = await publish('received', 32_769).catch(error => error);
    expect(refusal)
      .to.instanceOf(JetStreamApiError)
      .with.property('message')
      .match(/size exceeds/);
    await publish('received', 32_768);
    await publish('quarantined', 32_768 + 8_192);
  });

  it('have room for the largest alert there is', async () => {
    await ensureStreams(manager, LIMITS);
    await openIntake(manager, 'spec');
    const label = (index: number): [string, string] => [`${index}`.padEnd(63, 'k'), '🎥'.repeat(256)];
    const largest = parseAlert(
      {
        uid: 'u'.repeat(128),
        video: `/${'🎥'.repeat(1_019)}.mp4`,
        timestamp: 1_748_871_320.683412,
        store: '🛒'.repeat(128),
        labels: Object.fromEntries(Array.from({ length: 16 }, (_, index) => label(index))),
      },
      'default',
    );
    const payload = encodeAlertPayload(largest);
    expect(Buffer.byteLength(payload)).to.be.within(22_000, 23_000);
    await client.publish(subjects.received({ tenant: 'default', store: largest.store }), payload, {
      msgID: alertMessageId(largest),
    });
  });
});
