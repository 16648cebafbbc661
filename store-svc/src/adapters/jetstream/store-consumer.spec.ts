import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams, openIntake, QUARANTINE_HEADERS, type StreamName } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import { createConsumerMetrics, readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { DeliveryPolicy } from '../../application/complete-delivery.ts';
import { createKeepQuarantined } from '../../application/keep-quarantined.ts';
import { createRecordAlert } from '../../application/record-alert.ts';
import type { RecordArrival } from '../../application/record-arrival.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { FakeAlertStores } from '../../ports/alert-store.fake.ts';
import { DatabaseError, UnstorableError } from '../../ports/alert-store.ts';
import type { QuarantineStore } from '../../ports/quarantine-store.ts';
import { receivedAlert } from '../../testing/sample-alerts.ts';
import { JetStreamDeadLetterQueue } from './jetstream-dead-letter-queue.ts';
import { startQuarantineConsumer } from './quarantine-consumer.ts';
import { startRecordConsumer } from './record-consumer.ts';

const POLICY: DeliveryPolicy = {
  // So short that no jitter makes the deliveries sooner than their time is used up.
  failures: { baseMs: 1, maxMs: 1, maxAttempts: 3 },
  outages: { baseMs: 1, maxMs: 5 },
  firstHoldMs: 60_000,
};
const { maxAttempts } = POLICY.failures;
const WAIT_MS = 60_000;

describe('startStoreConsumer', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;
  let manager: JetStreamManager;

  beforeEach(async () => {
    nats = await startScratchNats();
    connection = await connect({ ...readNatsUrl(nats.url) });
    manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
    await openIntake(manager, 'spec');
  });
  afterEach(async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  const parts = () => ({
    connection,
    shutdownGraceMs: 1_000,
    logger: pino({ level: 'silent' }),
    consumerMetrics: createConsumerMetrics(new Registry()),
  });

  /** A replica of the service, as far as it records alerts. */
  const startRecording = (recordArrival: RecordArrival, policy = POLICY) => {
    const deadLetters = new JetStreamDeadLetterQueue(jetstream(connection));
    return startRecordConsumer(
      parts(),
      createRecordAlert({
        recordArrival,
        stores: new FakeAlertStores(),
        deadLetters,
        mayDisplace: async () => true,
        policy,
      }),
    );
  };

  const startKeeping = (keep: QuarantineStore['keep']) =>
    startQuarantineConsumer(parts(), createKeepQuarantined({ keep }, POLICY));

  const publish = (uid: string) =>
    jetstream(connection).publish('alerts.received.store-42', encodeAlertPayload(receivedAlert(uid).alert));

  const completed = (stream: StreamName, durable: string, position: number) =>
    waitFor(
      `${durable} to have completed ${position} messages`,
      async () => {
        const { ack_floor } = await manager.consumers.info(stream, durable);
        return ack_floor.stream_seq === position ? true : undefined;
      },
      WAIT_MS,
    );

  const messagesIn = async (stream: StreamName) => (await manager.streams.info(stream)).state.messages;

  for (const error of [new UnstorableError('no such row'), new TypeError('a bug')]) {
    it(`quarantines an alert that fails again and again (${error.name}), and goes on`, async () => {
      const tried: string[] = [];
      await using _ = await startRecording(async ({ received: { alert } }) => {
        tried.push(alert.uid);
        if (alert.uid === 'poison') throw error;
        return { kind: 'RECORDED' };
      });
      await publish('poison');
      await publish('sound');
      await completed('ALERTS', 'record', 2);
      expect(tried.filter(uid => uid === 'poison')).to.have.lengthOf(maxAttempts);
      expect(await messagesIn('QUARANTINE')).to.equal(1);
      const kept = await manager.streams.getMessage('QUARANTINE', { seq: 1 });
      expect(kept?.subject).to.equal('alerts.quarantined.store-42');
      expect(kept?.string()).to.equal(encodeAlertPayload(receivedAlert('poison').alert));
      expect(kept?.header.get(QUARANTINE_HEADERS.reason)).to.equal('INTERNAL');
      expect(kept?.header.get(QUARANTINE_HEADERS.message)).to.include(error.message);
    });
  }

  it('gives an alert up after as many attempts if the service is started again in between', async () => {
    let tries = 0;
    const fail: RecordArrival = async () => {
      tries++;
      throw new TypeError('a bug');
    };
    const within = (pauseMs: number) => ({
      ...POLICY,
      failures: { baseMs: pauseMs, maxMs: pauseMs, maxAttempts: 4 },
    });
    await publish('poison');
    {
      await using _ = await startRecording(fail, within(300));
      await waitFor('two attempts', async () => (tries >= 2 ? true : undefined), WAIT_MS);
    }
    expect(tries).to.equal(2);
    await using _ = await startRecording(fail, within(1));
    await completed('ALERTS', 'record', 1);
    expect(tries).to.equal(4);
    expect(await messagesIn('QUARANTINE')).to.equal(1);
  });

  it('gives an alert up after as many attempts of two replicas together', async () => {
    const tries: string[] = [];
    const failAs =
      (replica: string): RecordArrival =>
      async () => {
        tries.push(replica);
        throw new TypeError('a bug');
      };
    const policy = { ...POLICY, failures: { baseMs: 1, maxMs: 1, maxAttempts: 8 } };
    await using _a = await startRecording(failAs('a'), policy);
    await using _b = await startRecording(failAs('b'), policy);
    await publish('poison');
    await completed('ALERTS', 'record', 1);
    expect(tries).to.have.lengthOf(8).and.to.include.members(['a', 'b']);
    expect(await messagesIn('QUARANTINE')).to.equal(1);
  });

  it('holds a message for as long as the store is away, and counts none of it', async () => {
    let tries = 0;
    await using _ = await startRecording(async () => {
      tries++;
      if (tries <= maxAttempts) throw new DatabaseError('STORE_UNREACHABLE', 'away');
      if (tries === maxAttempts + 1) throw new TypeError('a hiccup');
      return { kind: 'RECORDED' };
    });
    await publish('patient');
    await completed('ALERTS', 'record', 1);
    expect(tries).to.equal(maxAttempts + 2);
    const { delivered } = await manager.consumers.info('ALERTS', 'record');
    expect(delivered.consumer_seq).to.equal(2);
    expect(await messagesIn('QUARANTINE')).to.equal(0);
  });

  it('gives nothing up at its first failure after an outage of an hour', async () => {
    // A thousand times as fast as DELIVERY_POLICY, and so 3.6 s.
    const policy = {
      failures: { baseMs: 1, maxMs: 60, maxAttempts: 20 },
      outages: { baseMs: 1, maxMs: 1 },
      firstHoldMs: 5,
    };
    const isBackAt = performance.now() + 3_600;
    const failed = new Set<string>();
    await using _ = await startRecording(async ({ received: { alert } }) => {
      if (performance.now() < isBackAt) throw new DatabaseError('STORE_UNREACHABLE', 'away');
      if (!failed.has(alert.uid)) {
        failed.add(alert.uid);
        throw new TypeError('a hiccup');
      }
      return { kind: 'RECORDED' };
    }, policy);
    for (let count = 0; count < 50; count++) await publish(`uid-${count}`);
    await completed('ALERTS', 'record', 50);
    expect(failed.size).to.equal(50);
    expect(await messagesIn('QUARANTINE')).to.equal(0);
  });

  it('leaves messages to a replica that reaches the store if it does not itself', async () => {
    const recorded = new Set<string>();
    const policy = { ...POLICY, firstHoldMs: 20 };
    await using _cutOff = await startRecording(async () => {
      throw new DatabaseError('STORE_UNREACHABLE', 'cut off');
    }, policy);
    await using _other = await startRecording(async ({ received: { alert } }) => {
      recorded.add(alert.uid);
      return { kind: 'RECORDED' };
    }, policy);
    for (let count = 0; count < 20; count++) await publish(`uid-${count}`);
    await completed('ALERTS', 'record', 20);
    expect(recorded.size).to.equal(20);
  });

  it('keeps a placeholder for a message in quarantine that can not be kept, with its bytes and place', async () => {
    const kept: QuarantinedAlert[] = [];
    await using _ = await startKeeping(async ([alert]) => {
      if (alert?.failure.code !== 'INTERNAL') throw new UnstorableError('no such row');
      kept.push(alert);
    });
    await jetstream(connection).publish('alerts.quarantined.store-42', 'put here by hand');
    await completed('QUARANTINE', 'quarantine', 1);
    expect(kept).to.have.lengthOf(1);
    expect(kept[0]).to.include({ state: 'HELD', store: 'store-42', subject: 'alerts.quarantined.store-42' });
    expect(kept[0]?.failure.message).to.match(/^message 1 of the stream QUARANTINE .*no such row/);
    expect(Buffer.from(kept[0]?.payload ?? []).toString()).to.equal('put here by hand');
  });

  it('completes no message whose placeholder could not be kept because the store was away', async () => {
    let tries = 0;
    await using _ = await startKeeping(async ([alert]) => {
      if (alert?.failure.code !== 'INTERNAL') throw new TypeError('a bug');
      if (++tries === 1) throw new DatabaseError('STORE_UNREACHABLE', 'away');
    });
    await jetstream(connection).publish('alerts.quarantined.store-42', 'put here by hand');
    await completed('QUARANTINE', 'quarantine', 1);
    expect(tries).to.equal(2);
  });
});
