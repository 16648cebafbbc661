import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { parseAlert } from '@vigie/alert';
import { ensureStreams, openIntake } from '@vigie/alert/streams';
import { decodeAlertPayload } from '@vigie/alert/wire';
import { type ScratchNats, startScratchNats, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { newTrace, withTrace } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { AlertQueueError } from '../../ports/alert-queue.ts';
import { JetStreamAlertQueue } from './jetstream-alert-queue.ts';

const alert = parseAlert(
  { uid: 'u-1', video: '/videos/a.mp4', timestamp: 1748871320.683412, store: 'Store Nº 1.2' },
  'default',
);

describe('JetStreamAlertQueue', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;
  let queue: JetStreamAlertQueue;

  beforeEach(async () => {
    nats = await startScratchNats();
    connection = await connect({ ...readNatsUrl(nats.url), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
    queue = new JetStreamAlertQueue(connection, readNatsUrl(nats.url).inboxPrefix);
  });
  afterEach(async () => {
    await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  const limitTo = async (maxBytes: number) => {
    const manager = await jetstreamManager(connection);
    await ensureStreams(manager, { maxBytes, replicas: 1 });
    await openIntake(manager, 'spec');
  };

  const messagesInStream = async () =>
    (await (await jetstreamManager(connection)).streams.info('ALERTS')).state.messages;

  it('keeps the alert, its trace and its store in the stream', async () => {
    await limitTo(1_000_000);
    const trace = newTrace();
    expect(await withTrace(trace, () => queue.publish(alert))).to.deep.equal({ duplicate: false });
    const message = await (await jetstreamManager(connection)).streams.getMessage('ALERTS', { seq: 1 });
    expect(message?.subject).to.equal('alerts.received.Store%20N%C2%BA%201%2E2');
    expect(message?.header.get('traceparent')).to.include(trace.traceId);
    expect(decodeAlertPayload(message?.data as Uint8Array, 'default')).to.deep.equal(alert);
  });

  it('keeps the same alert once, a thousand times in parallel', async () => {
    await limitTo(10_000_000);
    const receipts = await Promise.all(Array.from({ length: 1000 }, () => queue.publish(alert)));
    // None where the first one's answer came too late, and it was sent again.
    expect(receipts.filter(({ duplicate }) => !duplicate)).to.have.lengthOf.at.most(1);
    expect(await messagesInStream()).to.equal(1);
  });

  it('keeps other content under the same uid too', async () => {
    await limitTo(1_000_000);
    await queue.publish(alert);
    expect(await queue.publish({ ...alert, video: '/videos/b.mp4' })).to.deep.equal({ duplicate: false });
    expect(await messagesInStream()).to.equal(2);
  });

  it('refuses when the stream is full, and loses nothing that was accepted', async () => {
    await limitTo(4_096);
    let accepted = 0;
    const error = await (async () => {
      while (true) {
        await queue.publish({ ...alert, uid: `u-${accepted}` });
        accepted++;
      }
    })().catch((caught: unknown) => caught);
    expect(error).to.instanceOf(AlertQueueError).with.property('reason', 'QUEUE_FULL');
    expect(accepted).to.greaterThan(5);
    expect(await messagesInStream()).to.equal(accepted);
  });

  it('accepts over a kill -9 of the server', async () => {
    await limitTo(1_000_000);
    nats.server.kill('SIGKILL');
    await nats.server.waitUntilExited();
    const acrossRestart = queue.publish(alert);
    await nats.server.start();
    expect(await acrossRestart).to.have.property('duplicate');
    expect(await messagesInStream()).to.equal(1);
  });

  it('says that the acceptance is unknown when a frozen server may still store the alert, and then does', async () => {
    await limitTo(1_000_000);
    nats.server.kill('SIGSTOP');
    const error = await queue.publish(alert).catch((caught: unknown) => caught);
    nats.server.kill('SIGCONT');
    expect(error).to.instanceOf(AlertQueueError).with.property('reason', 'ACCEPTANCE_UNKNOWN');
    await waitFor('the alert in the stream', async () => ((await messagesInStream()) === 1 ? true : undefined));
    expect(await queue.publish(alert)).to.deep.equal({ duplicate: true });
  });

  it('is not tried again once its caller waits no longer', async () => {
    await limitTo(1_000_000);
    const tries: string[] = [];
    connection.subscribe('alerts.received.>', {
      callback: (_, { data }) => void tries.push(decodeAlertPayload(data, 'default').uid),
    });
    await connection.flush();
    nats.server.kill('SIGSTOP');
    await queue.publish({ ...alert, uid: 'left' }, AbortSignal.timeout(100)).catch(() => undefined);
    await queue.publish({ ...alert, uid: 'waited-for' }).catch(() => undefined);
    nats.server.kill('SIGCONT');
    const countOf = (uid: string) => tries.filter(each => each === uid).length;
    await waitFor('the second try of the later one', async () => countOf('waited-for') > 1 || undefined);
    expect(countOf('left')).to.equal(1);
  });

  it('says that nothing was kept when there is no stream', async () => {
    const error = await queue.publish(alert).catch((caught: unknown) => caught);
    expect(error).to.instanceOf(AlertQueueError).with.property('reason', 'QUEUE_UNREACHABLE');
  });
});
