import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams, openIntake, STREAM_SUBJECTS, type StreamName } from '@vigie/alert/streams';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { type ScratchNats, startScratchNats } from '../testing/scratch-nats.ts';
import { NATS_USERS, type NatsUser, OPERATOR, SYSTEM_USER } from './nats-users.ts';

const STREAMS = Object.keys(STREAM_SUBJECTS) as StreamName[];
const SERVICES = NATS_USERS.filter(user => user !== OPERATOR);
const LIMITS = { maxBytes: 1_000_000, replicas: 1 };

describe('the users of docker/nats.conf', () => {
  let nats: ScratchNats;
  const connections = new Map<NatsUser, NatsConnection>();

  before(async () => {
    nats = await startScratchNats();
    for (const user of NATS_USERS) connections.set(user, await connect(readNatsUrl(nats.urlOf(user))));
  });
  beforeEach(async () => {
    const manager = await managerOf('operator');
    await ensureStreams(manager, LIMITS);
    await openIntake(manager, 'spec');
  });
  after(async () => {
    for (const connection of connections.values()) await connection.close();
    await nats[Symbol.asyncDispose]();
  });

  const connectionOf = (user: NatsUser) => connections.get(user) as NatsConnection;
  const managerOf = (user: NatsUser) => jetstreamManager(connectionOf(user));

  async function expectRefused(action: Promise<unknown>): Promise<void> {
    const error = await action.then(
      () => undefined,
      error => error,
    );
    // A request has it as the cause of its own error.
    expect(error?.cause ?? error).to.instanceOf(errors.PermissionViolationError);
  }

  for (const [who, credentials] of [
    ['nobody in particular', {}],
    ['a user with a wrong password', { user: 'operator', pass: 'guess' }],
  ] as const) {
    it(`refuse ${who}`, async () => {
      const { servers } = readNatsUrl(nats.url);
      const error = await connect({ servers, ...credentials }).catch(error => error);
      expect(error).to.instanceOf(errors.AuthorizationError);
    });
  }

  it('let the system user see the servers, which no other user can, and no alert', async () => {
    const system = await connect(readNatsUrl(nats.urlOf(SYSTEM_USER)));
    try {
      const [answer] = await Array.fromAsync(
        await system.requestMany('$SYS.REQ.SERVER.PING.VARZ', undefined, { maxMessages: 1 }),
        message => (message instanceof Error ? undefined : message.json<{ server: { name: string } }>()),
      );
      expect(answer?.server.name).to.equal('vigie');
      const noAnswer = await connectionOf(OPERATOR)
        .request('$SYS.REQ.SERVER.PING.VARZ')
        .catch(error => error);
      expect(noAnswer).to.be.instanceOf(errors.RequestError);
      expect(await jetstreamManager(system).catch(error => error)).to.be.instanceOf(Error);
    } finally {
      await system.close();
    }
  });

  const writers: Record<string, readonly NatsUser[]> = {
    'alerts.received.s': ['ingest-svc', 'store-svc', 'operator'],
    'alerts.processed.s': ['probe-svc', 'store-svc', 'operator'],
    'alerts.failed.s': ['probe-svc', 'store-svc', 'operator'],
    'alerts.quarantined.s': ['probe-svc', 'store-svc', 'operator'],
  };
  for (const [subject, allowed] of Object.entries(writers)) {
    for (const user of NATS_USERS) {
      const may = allowed.includes(user);
      it(`${may ? 'let' : "don't let"} ${user} publish ${subject}`, async () => {
        const published = jetstream(connectionOf(user)).publish(subject, '{}');
        if (may) expect((await published).stream).to.be.oneOf(STREAMS);
        else await expectRefused(published);
      });
    }
  }

  for (const user of SERVICES) {
    it(`let ${user} create a stream that is missing, and know its state`, async () => {
      await (await managerOf('operator')).streams.delete('OUTCOMES');
      const manager = await managerOf(user);
      await ensureStreams(manager, LIMITS);
      expect((await manager.streams.info('OUTCOMES')).state.messages).to.equal(0);
    });

    it(`don't let ${user} delete a stream, or a message of one`, async () => {
      const { streams } = await managerOf(user);
      for (const stream of STREAMS) {
        await expectRefused(streams.delete(stream));
        await expectRefused(streams.deleteMessage(stream, 1));
      }
    });

    it(`don't let ${user} read the replies of another`, async () => {
      for (const subject of ['>', '_INBOX.>', ...NATS_USERS.filter(other => other !== user).map(inboxesOf)]) {
        const subscription = connectionOf(user).subscribe(subject);
        expect(await subscription.closed, subject).to.instanceOf(errors.PermissionViolationError);
      }
    });

    it(`don't let ${user} listen to alerts as they pass`, async () => {
      const subscription = connectionOf(user).subscribe('alerts.>');
      expect(await subscription.closed).to.instanceOf(errors.PermissionViolationError);
    });
  }

  for (const [user, foreign] of [
    ['ingest-svc', STREAMS],
    ['probe-svc', STREAMS],
    // It opens ALERTS, and moves it after the positions in its rows.
    ['store-svc', STREAMS.filter(stream => stream !== 'ALERTS')],
  ] as const) {
    it(`don't let ${user} purge a stream or change its settings (${foreign.join(', ')})`, async () => {
      const { streams } = await managerOf(user);
      for (const stream of foreign) {
        await expectRefused(streams.purge(stream));
        // Past the client, which asks for the stream's state first.
        await expectRefused(connectionOf(user).request(`$JS.API.STREAM.UPDATE.${stream}`, '{}'));
      }
    });
  }

  for (const user of ['operator', 'retention-svc', 'store-svc'] as const) {
    it(`let ${user} purge a stream`, async () => {
      await jetstream(connectionOf('operator')).publish('alerts.received.s', '{}');
      const { purged } = await (await managerOf(user)).streams.purge('ALERTS');
      expect(purged).to.greaterThan(0);
    });
  }

  const durables: [user: NatsUser, stream: StreamName, durable: string, subject: string][] = [
    ['probe-svc', 'ALERTS', 'probe', 'alerts.received.s'],
    ['store-svc', 'ALERTS', 'record', 'alerts.received.s'],
    ['store-svc', 'QUARANTINE', 'quarantine', 'alerts.quarantined.s'],
  ];
  for (const [user, stream, durable, subject] of durables) {
    it(`let ${user} make its consumer ${durable} on ${stream} and use it, but not delete it`, async () => {
      await jetstream(connectionOf('operator')).publish(subject, '{}');
      const { consumers } = await managerOf(user);
      await consumers.add(stream, { durable_name: durable, ack_policy: AckPolicy.Explicit });
      await consumers.update(stream, durable, { max_ack_pending: 10 });
      const message = await (await jetstream(connectionOf(user)).consumers.get(stream, durable)).next();
      expect(await message?.ackAck()).to.equal(true);
      await expectRefused(consumers.delete(stream, durable));
      await (await managerOf('operator')).consumers.delete(stream, durable);
    });
  }

  for (const stream of ['OUTCOMES', 'QUARANTINE'] as const) {
    it(`let store-svc read ${stream} with a short-lived consumer`, async () => {
      await jetstream(connectionOf('operator')).publish((STREAM_SUBJECTS[stream][0] as string).replace('*', 's'), '{}');
      const consumer = await jetstream(connectionOf('store-svc')).consumers.get(stream, {
        filter_subjects: [...STREAM_SUBJECTS[stream]],
      });
      expect((await consumer.fetch({ max_messages: 1 }).then(messages => Array.fromAsync(messages))).length).to.equal(
        1,
      );
      expect(await consumer.delete()).to.equal(true);
    });
  }

  it("don't let a service use or delete the durable consumer of another", async () => {
    await (await managerOf('operator')).consumers.add('ALERTS', { durable_name: 'probe' });
    for (const user of ['ingest-svc', 'store-svc', 'retention-svc'] as const) {
      const next = connectionOf(user).request('$JS.API.CONSUMER.MSG.NEXT.ALERTS.probe', '', { timeout: 2_000 });
      await expectRefused(next);
      await expectRefused((await managerOf(user)).consumers.delete('ALERTS', 'probe'));
    }
  });
});

function inboxesOf(user: NatsUser): string {
  return `_INBOX.${user}.>`;
}
