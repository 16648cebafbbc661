import { type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams, QUARANTINE_HEADERS, type StreamName } from '@vigie/alert/streams';
import { encodeAlertPayload } from '@vigie/alert/wire';
import { type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import { createConsumerMetrics, readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import type { RecordAlert } from '../../application/record-alert.ts';
import type { QuarantinedAlert } from '../../domain/quarantined-alert.ts';
import { AlertStoreError, UnstorableError } from '../../ports/alert-store.ts';
import { receivedAlert } from '../../testing/sample-alerts.ts';
import { startQuarantineConsumer } from './quarantine-consumer.ts';
import { startRecordConsumer } from './record-consumer.ts';

const FAILURES = 3;
/** Longer than a delivery behind each outage takes. */
const PATIENCE_MS = 60_000;

describe('startStoreConsumer', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;
  let manager: JetStreamManager;

  beforeEach(async () => {
    nats = await startScratchNats();
    connection = await connect({ ...readNatsUrl(nats.url) });
    manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
  });
  afterEach(async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  const parts = () => ({
    connection,
    patience: { failures: FAILURES, maxDelayMs: 20 },
    shutdownGraceMs: 1_000,
    logger: pino({ level: 'silent' }),
    consumerMetrics: createConsumerMetrics(new Registry()),
  });

  const startRecording = (recordAlert: RecordAlert) =>
    startRecordConsumer(parts(), { recordAlert, displaceLatecomer: async () => {} }, new Registry());

  const publish = (uid: string) =>
    jetstream(connection).publish('alerts.received.store-42', encodeAlertPayload(receivedAlert(uid).alert));

  const settled = (stream: StreamName, durable: string, position: number) =>
    waitFor(
      `${durable} to be done with ${position} messages`,
      async () => {
        const { ack_floor } = await manager.consumers.info(stream, durable);
        return ack_floor.stream_seq === position ? true : undefined;
      },
      PATIENCE_MS,
    );

  const messagesIn = async (stream: StreamName) => (await manager.streams.info(stream)).state.messages;

  for (const fault of [new UnstorableError('no such row'), new TypeError('a bug')]) {
    it(`sets an alert aside that fails of ${fault.name} again and again, and goes on`, async () => {
      const tried: string[] = [];
      await using _ = await startRecording(async ({ received: { alert } }) => {
        tried.push(alert.uid);
        if (alert.uid === 'poison') throw fault;
        return { kind: 'RECORDED' };
      });
      await publish('poison');
      await publish('sound');
      await settled('ALERTS', 'record', 2);
      expect(tried.filter(uid => uid === 'poison')).lengthOf(FAILURES);
      expect(await messagesIn('QUARANTINE')).equal(1);
      const kept = await manager.streams.getMessage('QUARANTINE', { seq: 1 });
      expect(kept?.subject).equal('alerts.quarantined.store-42');
      expect(kept?.string()).equal(encodeAlertPayload(receivedAlert('poison').alert));
      expect(kept?.header.get(QUARANTINE_HEADERS.reason)).equal('INTERNAL');
      expect(kept?.header.get(QUARANTINE_HEADERS.message)).include(fault.message);
    });
  }

  it('waits for a store that is away for as long as that lasts, and counts none of it', async () => {
    let tries = 0;
    await using _ = await startRecording(async () => {
      tries++;
      if (tries <= FAILURES) throw new AlertStoreError('STORE_UNREACHABLE', 'away');
      if (tries === FAILURES + 1) throw new TypeError('a hiccup');
      return { kind: 'RECORDED' };
    });
    await publish('patient');
    await settled('ALERTS', 'record', 1);
    expect(tries).equal(FAILURES + 2);
    expect(await messagesIn('QUARANTINE')).equal(0);
  });

  it('keeps a stand-in for a message in quarantine that can not be kept, with its bytes and place', async () => {
    const kept: QuarantinedAlert[] = [];
    await using _ = await startQuarantineConsumer(parts(), async alert => {
      if (alert.failure.code !== 'INTERNAL') throw new UnstorableError('no such row');
      kept.push(alert);
    });
    await jetstream(connection).publish('alerts.quarantined.store-42', 'put here by hand');
    await settled('QUARANTINE', 'quarantine', 1);
    expect(kept).lengthOf(1);
    expect(kept[0]).include({ state: 'HELD', store: 'store-42', subject: 'alerts.quarantined.store-42' });
    expect(kept[0]?.failure.message).match(/^message 1 of the stream QUARANTINE .*no such row/);
    expect(Buffer.from(kept[0]?.payload ?? []).toString()).equal('put here by hand');
  });

  it('puts no stand-in off as kept while the store is away', async () => {
    let tries = 0;
    await using _ = await startQuarantineConsumer(parts(), async alert => {
      if (alert.failure.code !== 'INTERNAL') throw new TypeError('a bug');
      if (++tries === 1) throw new AlertStoreError('STORE_UNREACHABLE', 'away');
    });
    await jetstream(connection).publish('alerts.quarantined.store-42', 'put here by hand');
    await settled('QUARANTINE', 'quarantine', 1);
    expect(tries).equal(2);
  });
});
