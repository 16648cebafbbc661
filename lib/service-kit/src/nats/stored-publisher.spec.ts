import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { connect, errors, headers, type NatsConnection } from '@nats-io/transport-node';
import { type ScratchNats, startScratchNats } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { readNatsUrl } from './nats-url.ts';
import { UnstoredMessageError } from './publish-stored.ts';
import { NoStreamError, StoredPublisher } from './stored-publisher.ts';

describe('StoredPublisher', () => {
  let nats: ScratchNats;
  let connection: NatsConnection;
  let publisher: StoredPublisher;

  const open = (timeoutMs = 60_000) =>
    new StoredPublisher(connection, { inboxPrefix: readNatsUrl(nats.url).inboxPrefix, timeoutMs });
  const withId = (id: string) => {
    const result = headers();
    result.set('Nats-Msg-Id', id);
    return result;
  };
  const failureOf = (promise: Promise<unknown>) => promise.catch((caught: unknown) => caught);

  beforeEach(async () => {
    nats = await startScratchNats();
    connection = await connect(readNatsUrl(nats.url));
    const manager = await jetstreamManager(connection, { timeout: 60_000 });
    await manager.streams.add({ name: 'KEPT', subjects: ['kept.*'], max_msgs: 100, discard: 'new' });
    publisher = open();
  });
  afterEach(async () => {
    publisher[Symbol.dispose]();
    await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  it('says for each of many messages at once where it is in the stream', async () => {
    const publishing = Array.from({ length: 100 }, (_, index) => publisher.publish('kept.a', `${index}`, headers()));
    const stored = await Promise.all(publishing);
    expect(stored).to.deep.equal(Array.from({ length: 100 }, (_, index) => ({ seq: index + 1, duplicate: false })));
  });

  it('tells a message that the stream has already', async () => {
    await publisher.publish('kept.a', 'once', withId('1'));
    expect(await publisher.publish('kept.a', 'once', withId('1'))).to.deep.equal({ seq: 1, duplicate: true });
  });

  it('fails if the stream refuses the message, or if there is none', async () => {
    await Promise.all(Array.from({ length: 100 }, () => publisher.publish('kept.a', '', headers())));
    expect(await failureOf(publisher.publish('kept.a', '', headers()))).to.instanceOf(JetStreamApiError);
    expect(await failureOf(publisher.publish('lost.a', '', headers()))).to.instanceOf(NoStreamError);
  });

  it('fails if the answer names no position in the stream', async () => {
    const answer = '{"stream":"KEPT","seq":0,"duplicate":true}';
    connection.subscribe('proposed.a', { callback: (_, message) => void message.respond(answer) });
    expect(await failureOf(publisher.publish('proposed.a', '', headers()))).to.instanceOf(UnstoredMessageError);
  });

  it('fails when no answer comes in time, the message after it too', async () => {
    connection.subscribe('silent.a', { callback: () => {} });
    using impatient = open(20);
    const [first, second] = [1, 2].map(() => failureOf(impatient.publish('silent.a', '', headers())));
    expect(await first).to.instanceOf(errors.TimeoutError);
    expect(await second).to.instanceOf(errors.TimeoutError);
    expect(await failureOf(impatient.publish('silent.a', '', headers()))).to.instanceOf(errors.TimeoutError);
  });

  it('fails what still waits when its connection closes, and what comes then', async () => {
    connection.subscribe('silent.a', { callback: () => {} });
    const waiting = failureOf(publisher.publish('silent.a', '', headers()));
    await connection.close();
    expect(await waiting).to.instanceOf(errors.ClosedConnectionError);
    const late = failureOf(publisher.publish('kept.a', '', headers()));
    expect(await late).to.instanceOf(errors.ClosedConnectionError);
  });
});
