import { AckPolicy, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { openJetStream, publishRaw, type ScratchNats, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { pino } from 'pino';
import { JetStreamStreams } from './jetstream-streams.ts';

const STREAM = 'OUTCOMES';

describe('JetStreamStreams', () => {
  const teardown = new AsyncDisposableStack();
  let nats: ScratchNats;
  let client: JetStreamClient;
  let retention: NatsConnection;
  let manager: JetStreamManager;
  let streams: JetStreamStreams;

  before(async () => {
    nats = teardown.use(await startScratchNats());
    ({ client, manager } = await openJetStream(teardown, nats.url));
    ({ connection: retention } = await openJetStream(teardown, nats.urlOf('retention-svc')));
  });
  beforeEach(async () => {
    streams = await JetStreamStreams.open(retention, { maxBytes: 100_000, replicas: 1 }, pino({ enabled: false }));
    await streams.bringUpToDate();
  });
  afterEach(() => manager.streams.delete(STREAM));
  after(() => teardown.disposeAsync());

  async function publish(count: number): Promise<void> {
    for (let i = 0; i < count; i++) await client.publish('alerts.processed.s', '{}');
  }

  it('knows a stream that was never written to, and one that was emptied', async () => {
    expect(await streams.readState(STREAM)).to.include({ firstSequence: 1, lastSequence: 0, messages: 0, bytes: 0 });
    await publish(3);
    expect(await streams.trim(STREAM, 4)).to.equal(3);
    expect(await streams.readState(STREAM)).to.include({ firstSequence: 4, lastSequence: 3, messages: 0 });
  });

  it('keeps the message that a trim begins at', async () => {
    await publish(3);
    expect(await streams.trim(STREAM, 3)).to.equal(2);
    expect(await streams.readState(STREAM)).to.include({ firstSequence: 3, lastSequence: 3, messages: 1 });
  });

  it('reads when a message was published, after a gap too, by the clock of the state', async () => {
    await publish(3);
    await manager.streams.deleteMessage(STREAM, 2);
    const behindGap = await streams.readMessageTime(STREAM, 2);
    expect(behindGap?.sequence).to.equal(3);
    const { serverTime } = await streams.readState(STREAM);
    expect(serverTime.getTime() - (behindGap?.time.getTime() ?? 0)).to.within(0, 30_000);
    expect(await streams.readMessageTime(STREAM, 4)).to.equal(undefined);
  });

  it('passes over a message whose headers nobody can read', async () => {
    await publish(1);
    await publishRaw(nats.url, 'alerts.processed.s', 'not a name: x', '{}');
    await publishRaw(nats.url, 'alerts.processed.s', 'not a name: x', '{}');
    await publish(1);
    expect(await streams.readMessageTime(STREAM, 2)).to.include({ sequence: 4 });
    await manager.streams.deleteMessage(STREAM, 4);
    expect(await streams.readMessageTime(STREAM, 2)).to.equal(undefined);
  });

  it('takes an acked message for finished up to the first that is not, and one that needs no ack once it is delivered', async () => {
    await publish(4);
    await manager.consumers.add(STREAM, { durable_name: 'acking', ack_policy: AckPolicy.Explicit });
    await manager.consumers.add(STREAM, { durable_name: 'reading', ack_policy: AckPolicy.None });
    const acking = await client.consumers.get(STREAM, 'acking');
    for await (const message of await acking.fetch({ max_messages: 4 })) if (message.seq !== 3) await message.ackAck();
    const reading = await client.consumers.get(STREAM, 'reading');
    for await (const _ of await reading.fetch({ max_messages: 3 }));
    const { consumers } = await streams.readState(STREAM);
    expect(consumers).to.have.deep.members([
      { name: 'acking', finishedThrough: 2, isDurable: true, hasUnfinished: true },
      { name: 'reading', finishedThrough: 3, isDurable: true, hasUnfinished: true },
    ]);
  });
});
