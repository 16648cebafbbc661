import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox, headers, type NatsConnection } from '@nats-io/transport-node';
import { ensureStreams, openIntake } from '@vigie/alert/streams';
import { type ScratchNats, startScratchNats, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { readNatsUrl } from '@vigie/service-kit/nats';
import { expect } from 'chai';
import { ReplayStoppedError } from './publish-again.ts';
import { replay } from './replay.ts';
import { parseReplayOptions, type ReplayOptions } from './replay-options.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');

describe('replay', () => {
  const teardown = new AsyncDisposableStack();
  let nats: ScratchNats;
  let connection: NatsConnection;
  let client: JetStreamClient;
  let manager: JetStreamManager;

  before(async () => {
    nats = teardown.use(await startScratchNats());
    connection = await connect(readNatsUrl(nats.url));
    teardown.defer(() => connection.close());
    client = jetstream(connection);
    manager = await jetstreamManager(connection);
  });
  beforeEach(async () => {
    await manager.streams.delete('ALERTS').catch(() => undefined);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
    await openIntake(manager, 'spec');
  });
  after(() => teardown.disposeAsync());

  const options = (...args: string[]) => parseReplayOptions(args) as ReplayOptions;
  const lastSequence = async () => (await manager.streams.info('ALERTS')).state.last_seq;

  async function publish(store: string, payload: string | Uint8Array = store) {
    const own = headers();
    own.set('traceparent', `trace-of-${store}`);
    await client.publish(`alerts.received.${store}`, payload, {
      msgID: `id-of-${store}-${Math.random()}`,
      headers: own,
    });
  }

  async function messagesAfter(sequence: number) {
    const last = await lastSequence();
    return Promise.all(
      Array.from({ length: last - sequence }, (_, index) =>
        client.streams.get('ALERTS').then(stream => stream.getMessage({ seq: sequence + 1 + index })),
      ),
    );
  }

  it('publishes each message of a store byte for byte and in order, with its headers but not its message id', async () => {
    const odd = [Buffer.from('{"two":\n"lines"}\n'), Buffer.from('{{ID}}'), randomBytes(500), Buffer.alloc(0)];
    for (const payload of odd) {
      await publish('a', payload);
      await publish('b');
    }
    expect(await replay(connection, options('--store', 'a'))).to.deep.equal({ count: 4, first: 1, last: 7 });
    const again = await messagesAfter(8);
    expect(again.map(message => Buffer.from(message?.data ?? ''))).to.deep.equal(odd);
    for (const message of again) {
      expect(message?.subject).to.equal('alerts.received.a');
      expect(message?.header.get('traceparent')).to.equal('trace-of-a');
      expect(message?.header.has('Nats-Msg-Id')).to.equal(false);
    }
  });

  it('publishes no message of its own again, and leaves no consumer', async () => {
    await Promise.all(Array.from({ length: 2_500 }, () => publish('a')));
    const before = await lastSequence();
    expect(await replay(connection, options('--since', '1h'))).to.include({ count: before });
    expect(await lastSequence()).to.equal(2 * before);
    expect((await manager.streams.info('ALERTS')).state.consumer_count).to.equal(0);
  });

  it('keeps to the time range, to what comes after a position, and to one message', async () => {
    await publish('a');
    await publish('b');
    const publishedAt = (await messagesAfter(0)).at(-1)?.time.getTime() as number;
    const until = await waitFor('the next millisecond', () => (Date.now() > publishedAt ? new Date() : undefined));
    await publish('c');
    const count = async (...args: string[]) => (await replay(connection, options(...args, '--dry-run'))).count;
    expect(await count('--until', until.toISOString())).to.equal(2);
    expect(await count('--since', until.toISOString())).to.equal(1);
    expect(await count('--after', '1')).to.equal(2);
    expect(await count('--sequence', '2')).to.equal(1);
    expect(await count('--sequence', '2', '--store', 'a')).to.equal(0);
    expect(await count('--store', 'nobody')).to.equal(0);
    expect(await lastSequence()).to.equal(3);
  });

  it('stops where the stream is full, and says from where to go on', async () => {
    for (let count = 0; count < 10; count++) await publish('a', Buffer.alloc(1_000, 'x'));
    const { state } = await manager.streams.info('ALERTS');
    await manager.streams.update('ALERTS', { max_bytes: state.bytes + 3_500 });
    const error = await replay(connection, options('--store', 'a')).catch(error => error);
    expect(error).to.be.instanceOf(ReplayStoppedError);
    expect(error.doneThrough).to.equal((await lastSequence()) - 10);
    await manager.streams.update('ALERTS', { max_bytes: 10_000_000 });
    await replay(connection, options('--store', 'a', '--after', String(error.doneThrough)));
    expect(await lastSequence()).to.be.at.least(20);
  });

  it('replays a backup that nats has made, also into a stream that never had it', async () => {
    await using dir = await temporaryDir();
    await publish('a', '{"uid":\n1}');
    await publish('b');
    await backUp(dir.path);
    await manager.streams.purge('ALERTS');
    expect(await replay(connection, options('--backup', dir.path))).to.deep.equal({ count: 2, first: 1, last: 2 });
    expect((await messagesAfter(2)).map(message => message?.string())).to.deep.equal(['{"uid":\n1}', 'b']);
  });

  it('says that a folder is no backup', async () => {
    await using dir = await temporaryDir();
    const error = await replay(connection, options('--backup', dir.path)).catch(error => error);
    expect(error.message).to.match(/is no folder that nats stream backup has made/);
  });

  it('says as a command what it did, and shows its usage for a wrong call', async () => {
    await publish('a');
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [MAIN, ...args], { env: { ...process.env, NATS_URL: nats.url } });
    expect((await run('--sequence', '1')).stdout).to.match(
      /^1 alerts published again in \d+\.\d s, positions 1 to 1\n$/,
    );
    const missing = await run('--sequence', '99', '--dry-run').catch(error => error);
    expect(missing).to.include({ code: 1, stderr: 'There is no such message at position 99.\n' });
    const wrong = await run('--sequence', 'one').catch(error => error);
    expect(wrong)
      .to.include({ code: 2 })
      .and.property('stderr')
      .match(/Usage: npm run -s replay/);
  });

  /** As `nats stream backup` does, by the protocol of `$JS.API.STREAM.SNAPSHOT`. */
  async function backUp(dir: string): Promise<void> {
    const inbox = createInbox('_INBOX.operator');
    const subscription = connection.subscribe(inbox);
    const request = JSON.stringify({ deliver_subject: inbox, no_consumers: true });
    const answer = (await connection.request('$JS.API.STREAM.SNAPSHOT.ALERTS', request)).json<object>();
    const chunks: Uint8Array[] = [];
    for await (const chunk of subscription) {
      if (chunk.data.length === 0) break;
      chunks.push(chunk.data);
      chunk.respond();
    }
    subscription.unsubscribe();
    await mkdir(dir, { recursive: true });
    await writeFile(path.join(dir, 'backup.json'), JSON.stringify(answer));
    await writeFile(path.join(dir, 'stream.tar.s2'), Buffer.concat(chunks));
  }
});
