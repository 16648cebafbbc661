import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AckPolicy, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { ensureStreams, openIntake, STREAM_NAMES } from '@vigie/alert/streams';
import { type EmbeddedPostgres, type NatsServer, openPostgresSession, queryPostgres } from '@vigie/dev-env/servers';
import { openJetStream, scratchNats, scratchPostgres, temporaryDir } from '@vigie/dev-env/testing';
import { migrate } from '@vigie/postgres/migrations';
import { createLogger } from '@vigie/service-kit/telemetry';
import { STORE_SCHEMA } from '@vigie/store-svc/schema';
import { expect } from 'chai';
import { backUp } from './backup.ts';
import { readBackup } from './backup-folder.ts';
import { SCHEMAS } from './schemas.ts';
import { type CommandEnd, runMain } from './testing/run-main.ts';

const LOGGER = createLogger('backup', 'silent');
const TABLES = SCHEMAS.flatMap(({ tables }) => tables);
/** Bytes that COPY has to escape, and a time with all its digits. */
const VIDEO = '/videos/tab\tnewline\nback\\slash\\N🎥.mp4';

describe('backup and restore', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let nats: NatsServer;
  let client: JetStreamClient;
  let manager: JetStreamManager;
  let backups: string;
  let backup: string;
  let target: { postgres: EmbeddedPostgres; nats: NatsServer; manager: JetStreamManager };

  before(async () => {
    backups = teardown.use(await temporaryDir()).path;
    ({ postgres, nats, client, manager } = await startServers());
    target = await startServers();
    for (const { service } of SCHEMAS) await migrate(service, postgres.url, LOGGER);
    await ensureStreams(manager, { maxBytes: 10_000_000, replicas: 1 });
    await openIntake(manager, 'the-stream');
    for (let count = 1; count <= 5; count++) {
      await client.publish('alerts.received.s', `${count}`);
      await insertAlert(`uid-${count}`, count);
    }
    for (const id of ['kept', 'revoked']) await insertApiKey(postgres.url, id);
    await manager.streams.purge('ALERTS', { seq: 2 });
    await manager.consumers.add('ALERTS', { durable_name: 'record', ack_policy: AckPolicy.Explicit });
    await manager.consumers.add('ALERTS', { durable_name: 'audit', ack_policy: AckPolicy.Explicit });
    const audit = await client.consumers.get('ALERTS', 'audit');
    for await (const message of await audit.fetch({ max_messages: 2 })) await message.ackAck();
    await client.publish('alerts.quarantined.s', 'odd');
    for (let count = 1; count <= 3; count++) await client.publish('alerts.failed.s', 'trimmed since');
    await manager.streams.purge('OUTCOMES');
    expect((await runMain('backup', ['--to', backups], servers())).stderr).to.equal('');
    backup = path.join(backups, (await readdir(backups))[0] as string);
  });
  after(() => teardown.disposeAsync());

  async function startServers() {
    const started = { postgres: await scratchPostgres(teardown), nats: await scratchNats(teardown) };
    await Promise.all([started.postgres.start(), started.nats.start()]);
    return { ...started, ...(await openJetStream(teardown, started.nats.url)) };
  }

  const servers = () => ({ postgresUrl: postgres.url, natsUrl: nats.url });
  const restore = (from: string, ...args: string[]) =>
    runMain('restore', ['--from', from, ...args], { postgresUrl: target.postgres.url, natsUrl: target.nats.url });

  async function insertAlert(uid: string, sequence: number): Promise<void> {
    await queryPostgres(
      postgres.url,
      `insert into alerts (tenant, uid, store, video, timestamp, received_at, trace_id, status, alert_sequence)
       values ('default', $1, 's', $2, '2025-06-02T13:35:20.683412Z', now(), 'trace', 'RECEIVED', $3)`,
      [uid, VIDEO, sequence],
    );
  }

  async function insertApiKey(url: string, id: string): Promise<void> {
    await queryPostgres(
      url,
      `insert into access.api_keys (tenant, id, name, scopes, stores, sha256, created_at, created_by, revoked_at)
       values ('default', $1, $2, '{alerts:read}', array[$2], sha256(convert_to($1, 'UTF8')), now(), 'service', $3)`,
      [id, 'a, "b"\t{c}\\N', id === 'revoked' ? new Date() : null],
    );
  }

  const contents = async (url: string) =>
    Object.fromEntries(
      await Promise.all(TABLES.map(async name => [name, await queryPostgres(url, `table ${name} order by 1`)])),
    );

  function expectRefusal({ code, stderr }: CommandEnd, why: RegExp): void {
    expect(stderr).to.match(why);
    expect(code).to.equal(1);
  }

  async function damagedCopy(): Promise<string> {
    const copy = path.join(teardown.use(await temporaryDir()).path, 'damaged');
    await cp(backup, copy, { recursive: true });
    return copy;
  }

  async function writeManifest(dir: string, manifest: string): Promise<void> {
    await writeFile(path.join(dir, 'manifest.json'), manifest);
    const sums = await readFile(path.join(dir, 'SHA256SUMS'), 'utf8');
    const sum = createHash('sha256').update(manifest).digest('hex');
    await writeFile(path.join(dir, 'SHA256SUMS'), sums.replace(/^.*manifest\.json$/m, `${sum}  manifest.json`));
  }

  it('writes what sha256sum and nats understand, and leaves nothing else', async () => {
    expect(await readdir(backups)).to.deep.equal([path.basename(backup)]);
    const sums = await readFile(path.join(backup, 'SHA256SUMS'), 'utf8');
    for (const line of sums.trim().split('\n')) {
      const [sum, file = ''] = line.split('  ');
      const bytes = await readFile(path.join(backup, file));
      expect(createHash('sha256').update(bytes).digest('hex'), file).to.equal(sum);
    }
    const facts = JSON.parse(await readFile(path.join(backup, 'streams/ALERTS/backup.json'), 'utf8'));
    expect(facts.config.name).to.equal('ALERTS');
    expect(facts.state).to.include({ first_seq: 2, last_seq: 5 });
  });

  it('restores each row, each message at its position, and consumers after what they had finished', async () => {
    const restored = await restore(backup);
    expect(restored.stderr).to.equal('');
    expect(await contents(target.postgres.url)).to.deep.equal(await contents(postgres.url));
    for (const stream of STREAM_NAMES) {
      const { config, state } = await manager.streams.info(stream);
      const again = await target.manager.streams.info(stream);
      expect(again.config).to.deep.equal(config);
      const { consumer_count: _, ...kept } = state;
      expect(again.state).to.include(kept);
    }
    const info = await target.manager.consumers.info('ALERTS', 'audit');
    expect(info).to.include({ num_pending: 2, num_ack_pending: 0 });
    const [{ video } = {}] = await queryPostgres(target.postgres.url, 'select video from alerts limit 1');
    expect(video).to.equal(VIDEO);
  });

  it('counts rows again that are written from then on', async () => {
    const sql = `select tgname from pg_trigger where not tgisinternal and tgenabled <> 'O'`;
    expect(await queryPostgres(target.postgres.url, sql)).to.deep.equal([]);
  });

  it('refuses a Postgres and a nats-server that have something, and says what', async () => {
    const refused = await restore(backup);
    expectRefusal(refused, /5 rows of the table alerts\n(.*\n)*.*4 messages of the stream ALERTS/);
    expect(refused.stderr).to.match(/2 rows of the table access\.api_keys/);
    expect((await target.manager.streams.info('ALERTS')).state.messages).to.equal(4);
  });

  it('deletes what is there when it is told to, and nothing that is not of Vigie', async () => {
    await queryPostgres(target.postgres.url, 'create table somebody_elses (id int)');
    await target.manager.streams.add({ name: 'SOMEBODY_ELSES', subjects: ['other'] });
    await queryPostgres(target.postgres.url, `update alerts set uid = 'other' where uid = 'uid-2'`);
    await insertApiKey(target.postgres.url, 'made since');
    await queryPostgres(target.postgres.url, 'update access.api_keys set revoked_at = now()');
    const restored = await restore(backup, '--force');
    expect(restored.stderr).to.equal('');
    expect(restored.stdout).to.match(/deleting:\n {2}5 rows of the table alerts/);
    expect(restored.stdout).to.match(/3 rows of the table access\.api_keys/);
    expect(await contents(target.postgres.url)).to.deep.equal(await contents(postgres.url));
    expect(await queryPostgres(target.postgres.url, 'table somebody_elses')).to.deep.equal([]);
    await target.manager.streams.info('SOMEBODY_ELSES');
  });

  it('refuses while a service is connected', async () => {
    const session = await openPostgresSession(target.postgres.urlOf('store-svc'), 'vigie-store-svc');
    expectRefusal(await restore(backup, '--force'), /^Stop the services first\. Connected are: store-svc\.$/m);
    await session.end();
    const consumer = await (await openJetStream(teardown, target.nats.url)).client.consumers.get('ALERTS', 'record');
    const reading = await consumer.consume({ callback: () => undefined });
    expectRefusal(await restore(backup, '--force'), /whoever reads ALERTS as record/);
    await reading.close();
  });

  it('refuses a backup with a byte that was changed, and names the file, before it touches anything', async () => {
    for (const file of [
      'tables/alerts.copy.zst',
      'tables/access.api_keys.copy.zst',
      'streams/ALERTS/stream.tar.s2',
      'manifest.json',
    ]) {
      const copy = await damagedCopy();
      const bytes = await readFile(path.join(copy, file));
      bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
      await writeFile(path.join(copy, file), bytes);
      expectRefusal(await restore(copy, '--force'), new RegExp(`is damaged: ${file} is not what was written`));
    }
    expect(await contents(target.postgres.url)).to.deep.equal(await contents(postgres.url));
  });

  it('refuses half a backup, a folder of several, and one that is not there', async () => {
    const copy = await damagedCopy();
    await rm(path.join(copy, 'tables/alerts.copy.zst'));
    expectRefusal(await restore(copy, '--force'), /tables\/alerts\.copy\.zst can't be read/);
    await rm(path.join(copy, 'SHA256SUMS'));
    expectRefusal(await restore(copy, '--force'), /is no complete backup: it has no SHA256SUMS/);
    expectRefusal(await restore(backups, '--force'), new RegExp(`Name one:\n {2}${backup}`));
    expectRefusal(await restore(path.join(backups, 'none')), /There is no folder/);
  });

  it('refuses a backup of a later Vigie', async () => {
    const copy = await damagedCopy();
    const original = await readFile(path.join(copy, 'manifest.json'), 'utf8');
    for (const { name, migrations } of SCHEMAS) {
      const last = migrations.at(-1) as string;
      await writeManifest(copy, original.replace(`"${last}"`, `"${last}", "9999-later"`));
      const why = new RegExp(`has the migration 9999-later of the schema ${name}, .* \\(up to ${last}\\) doesn't know`);
      expectRefusal(await restore(copy, '--force'), why);
    }
    await writeManifest(copy, original.replace('"access":', '"later":'));
    expectRefusal(await restore(copy, '--force'), /of the schema later, which this Vigie \(without that schema\)/);
    await writeManifest(copy, original.replace('"format": 2', '"format": 3'));
    expectRefusal(await restore(copy, '--force'), /was written by a later Vigie/);
  });

  it('restores a backup of an earlier version, without keys, and brings its schema up to date', async () => {
    const earlier = await startServers();
    await migrate(STORE_SCHEMA, earlier.postgres.url, LOGGER, '0008-api-names');
    await ensureStreams(earlier.manager, { maxBytes: 10_000_000, replicas: 1 });
    await queryPostgres(
      earlier.postgres.url,
      `insert into alerts (uid, store, video, timestamp, received_at, trace_id, status, alert_sequence)
       values ('old', 's', '/v', '2025-06-02T13:35:20.683412Z', now(), 'trace', 'RECEIVED', 1)`,
    );
    const to = teardown.use(await temporaryDir()).path;
    const of = { postgresUrl: earlier.postgres.url, natsUrl: earlier.nats.url };
    expect((await runMain('backup', ['--to', to], of)).stderr).to.equal('');
    const dir = path.join(to, (await readdir(to))[0] as string);
    // As versions before access-svc have written it.
    const manifest = JSON.parse(await readFile(path.join(dir, 'manifest.json'), 'utf8'));
    expect(Object.keys(manifest.postgres.migrations)).to.deep.equal(['public']);
    manifest.format = 1;
    manifest.postgres.migrations = manifest.postgres.migrations.public;
    await writeManifest(dir, JSON.stringify(manifest));
    expect((await restore(dir, '--force')).stderr).to.equal('');
    const url = target.postgres.url;
    for (const { migrationsTable, migrations } of SCHEMAS) {
      const run = await queryPostgres(url, `select name from ${migrationsTable} order by id`);
      expect(run.map(({ name }) => name)).to.deep.equal(migrations);
    }
    expect(await queryPostgres(url, 'table access.api_keys')).to.deep.equal([]);
    const counts = await queryPostgres(url, `select alerts from alert_counts where span = 'HOUR'`);
    expect(counts).to.deep.equal([{ alerts: 1 }]);
  });

  it('begins again if a stream was trimmed of what had no row yet when Postgres was read', async () => {
    const trimmed = await startServers();
    await migrate(STORE_SCHEMA, trimmed.postgres.url, LOGGER);
    await ensureStreams(trimmed.manager, { maxBytes: 10_000_000, replicas: 1 });
    await openIntake(trimmed.manager, 'the-stream');
    await trimmed.manager.consumers.add('ALERTS', { durable_name: 'record', ack_policy: AckPolicy.Explicit });
    await trimmed.client.publish('alerts.received.s', 'recorded and trimmed meanwhile');
    const lines: string[] = [];
    const dir = await backUp({
      ...{ connection: trimmed.connection, postgresUrl: trimmed.postgres.url, version: '0.0.0' },
      to: teardown.use(await temporaryDir()).path,
      say(line) {
        lines.push(line);
        // Messages of one connection are handled in their order: this comes before the copy of ALERTS.
        if (/^stream QUARANTINE/.test(line)) void trimmed.manager.streams.purge('ALERTS');
      },
    });
    expect(lines.filter(line => /Beginning again/.test(line))).to.lengthOf(1);
    const { jetStream } = await readBackup(dir);
    expect(jetStream.streams.find(({ name }) => name === 'ALERTS')?.state).to.include({ first_seq: 2, messages: 0 });
    expect(lines.filter(line => /^stream ALERTS/.test(line))).to.lengthOf(1);
  });

  it('copies nothing of a Postgres without a schema or of a later version, and leaves no folder', async () => {
    const to = teardown.use(await temporaryDir()).path;
    const bare = await startServers();
    const of = { postgresUrl: bare.postgres.url, natsUrl: bare.nats.url };
    expectRefusal(await runMain('backup', ['--to', to], of), /The stream OUTCOMES can't be copied: stream not found/);
    await ensureStreams(bare.manager, { maxBytes: 10_000_000, replicas: 1 });
    expectRefusal(await runMain('backup', ['--to', to], of), /has no schema of Vigie/);
    await migrate(STORE_SCHEMA, bare.postgres.url, LOGGER);
    await queryPostgres(bare.postgres.url, `insert into schema_migrations (name) values ('9999-later')`);
    expectRefusal(await runMain('backup', ['--to', to], of), /Postgres has the migration 9999-later/);
    expect(await readdir(to)).to.deep.equal([]);
  });

  it('says how it is called', async () => {
    const wrong = await runMain('backup', [], servers());
    expect(wrong).to.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.match(/^--to DIR is missing\n\nUsage: npm run -s backup/);
    const help = await runMain('restore', ['--help'], servers());
    expect(help).to.include({ code: 0, stderr: '' });
    expect(help.stdout).to.match(/^Usage: npm run -s restore(.*\n)*.*NATS_URL/);
    const nowhere = await runMain('backup', ['--to', backups], {
      ...servers(),
      natsUrl: 'nats://operator:x@127.0.0.1:1',
    });
    expectRefusal(nowhere, /Can't connect to NATS at nats:\/\/127\.0\.0\.1:1/);
  });
});
