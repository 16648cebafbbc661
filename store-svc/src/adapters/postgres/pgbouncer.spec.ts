import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { queryPostgres } from '@vigie/dev-env/servers';
import { pickFreePorts } from '@vigie/dev-env/tcp-ports';
import { scratchPostgres, temporaryDir, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { describeAlertStores } from '../../testing/alert-store.contract.ts';
import { emptyPostgresStore, openPostgresStore, type PostgresStore } from '../../testing/postgres-store.ts';

// Skipped where it isn't installed: apt-get install pgbouncer.
describe('PostgresAlertStores behind PgBouncer in transaction mode', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let opened: PostgresStore;

  before(async function () {
    if (spawnSync('/usr/sbin/pgbouncer', ['--version']).status !== 0) {
      this.skip();
    }
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    await queryPostgres(postgres.url, `alter database vigie set TimeZone = 'Asia/Kathmandu'`);
    const pooled = await startPgBouncer(teardown, postgres.url);
    const through = (url: string) => url.replace(/@[^/]*/, `@127.0.0.1:${pooled}`);
    opened = await openPostgresStore(teardown, postgres, {
      url: through(postgres.urlOf('store-svc')),
      migrationUrl: through(postgres.url),
    });
  });
  after(() => teardown.disposeAsync());

  describeAlertStores(async () => {
    await emptyPostgresStore(postgres);
    return opened.stores;
  });

  it('has its own settings on whichever connection to Postgres it gets', async () => {
    const settings = await Promise.all(
      Array.from({ length: 20 }, () => opened.orm.em.getConnection().execute('show TimeZone')),
    );
    expect(new Set(settings.map(([row]) => row?.TimeZone))).to.deep.equal(new Set(['UTC']));
  });
});

/** Fewer connections to Postgres than store-svc has to it. @returns its port */
async function startPgBouncer(teardown: AsyncDisposableStack, url: string): Promise<number> {
  const { path: dir } = teardown.use(await temporaryDir());
  // It doesn't run as root.
  await chmod(dir, 0o777);
  const [port] = (await pickFreePorts(1)) as [number];
  const { hostname, port: serverPort } = new URL(url);
  const file = path.join(dir, 'pgbouncer.ini');
  const users = path.join(dir, 'users.txt');
  await writeFile(users, '"vigie" "vigie"\n"vigie_store" "vigie_store"\n');
  await writeFile(
    file,
    `[databases]
     vigie = host=${hostname} port=${serverPort}
     [pgbouncer]
     listen_addr = 127.0.0.1
     listen_port = ${port}
     unix_socket_dir =
     auth_type = plain
     auth_file = ${users}
     pool_mode = transaction
     default_pool_size = 3
     `.replaceAll(/^ +/gm, ''),
  );
  const args = process.getuid?.() === 0 ? ['-u', 'nobody', file] : [file];
  const child: ChildProcess = spawn('/usr/sbin/pgbouncer', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', text => {
    said += text;
  });
  teardown.defer(async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  await waitFor('PgBouncer', async () => {
    if (child.exitCode !== null) throw new Error(said);
    return said.includes('process up') ? true : undefined;
  });
  return port;
}
