import { MikroORM } from '@mikro-orm/postgresql';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { asTenant, readAsTenant } from './as-tenant.ts';
import { raiseTenantWall, type TenantWall, tearDownTenantWall } from './migrations/row-security.ts';
import { ormOptions } from './orm-options.ts';
import { NOTES_SCHEMA } from './testing/notes-schema.ts';

const WALL: TenantWall = { role: 'notes_tenant', grants: { tenant_notes: 'select, insert, update' } };

describe('asTenant', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let orm: MikroORM;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    const statements = [
      'create table tenant_notes (tenant text not null, note text not null)',
      ...raiseTenantWall(WALL),
      `insert into tenant_notes values ('acme', 'a'), ('acme', 'b'), ('other', 'c')`,
      `create role notes_service login noinherit password 'notes'`,
      'grant select, insert, update on tenant_notes to notes_service',
      'grant notes_tenant to notes_service',
    ];
    for (const statement of statements) await queryPostgres(postgres.url, statement);
    const url = new URL(postgres.url);
    [url.username, url.password] = ['notes_service', 'notes'];
    const logger = createLogger('spec', 'silent');
    // One connection: whatever stays on it, the next one meets.
    orm = new MikroORM(ormOptions(NOTES_SCHEMA, { url: url.href, poolSize: 1, logger }));
    teardown.defer(() => orm.close(true));
    // MikroORM asks something of its own when it connects, on a second connection.
    await orm.em.getConnection().execute('select');
  });
  after(() => teardown.disposeAsync());

  const run = <T>(tenant: string, statement: string): Promise<T> =>
    asTenant(orm, { role: WALL.role, tenant }, em => em.execute(statement) as Promise<T>);
  const notesOf = async (tenant: string) =>
    (await run<{ note: string }[]>(tenant, 'select note from tenant_notes order by note')).map(({ note }) => note);
  const all = async () => (await orm.em.execute('select note from tenant_notes')).length;

  it('sees what a tenant has and nothing else, though nothing asks for that', async () => {
    expect(await notesOf('acme')).to.deep.equal(['a', 'b']);
    expect(await notesOf('other')).to.deep.equal(['c']);
    expect(await notesOf('nobody')).to.deep.equal([]);
  });

  it('neither changes what others have nor gives them anything', async () => {
    await run('acme', `update tenant_notes set note = note || '!'`);
    expect(await notesOf('other')).to.deep.equal(['c']);
    for (const statement of [
      `insert into tenant_notes values ('other', 'd')`,
      `update tenant_notes set tenant = 'other'`,
    ]) {
      const error = await run('acme', statement).catch(error => error);
      expect(error, statement).to.have.property('code', '42501');
    }
  });

  it('keeps nothing of itself on the connection, whether it succeeds or fails', async () => {
    await notesOf('acme');
    expect(await all()).to.equal(3);
    await run('acme', 'select 1 / 0').catch(() => undefined);
    expect(await all()).to.equal(3);
    const [row] = await orm.em.execute(`select current_setting('role') as role, current_user as name`);
    expect(row).to.deep.equal({ role: 'none', name: 'notes_service' });
  });

  it('reads what a tenant has, and writes nothing', async () => {
    const acme = { role: WALL.role, tenant: 'acme' };
    const read = (statement: string) => readAsTenant(orm, acme, em => em.execute<{ note: string }[]>(statement));
    expect(await read('select note from tenant_notes order by note')).to.deep.equal([{ note: 'a!' }, { note: 'b!' }]);
    const refused = await read(`update tenant_notes set note = 'x'`).catch(error => error);
    expect(refused).to.have.property('code', '25006');
    expect(() => readAsTenant(orm, { ...acme, tenant: '*' }, async () => undefined)).to.throw(/is no tenant/);
    // The same connection, which is given back only once the transaction has ended.
    expect(await all()).to.equal(3);
  });

  it('undoes what was begun when it fails', async () => {
    const failing = asTenant(orm, { role: WALL.role, tenant: 'acme' }, async em => {
      await em.execute(`insert into tenant_notes values ('acme', 'half')`);
      throw new Error('no more');
    });
    expect(await failing.catch(error => error.message)).to.equal('no more');
    expect(await notesOf('acme')).not.to.include('half');
  });

  it('gives a connection back that is lost meanwhile', async () => {
    for (let times = 0; times < 3; times++) {
      const lost = asTenant(orm, { role: WALL.role, tenant: 'acme' }, async em => {
        const [{ pid } = { pid: 0 }] = await em.execute<{ pid: number }[]>('select pg_backend_pid() as pid');
        await queryPostgres(postgres.url, 'select pg_terminate_backend($1, 10000)', [pid]);
        await em.execute('select');
      });
      expect(await lost.catch(() => 'lost')).to.equal('lost');
    }
    expect(await notesOf('other')).to.deep.equal(['c']);
  });

  it('shows nothing to the role where nobody has said whose', async () => {
    const error = await orm.em
      .transactional(async em => {
        await em.execute('set local role notes_tenant');
        return em.execute('select note from tenant_notes');
      })
      .catch(error => error);
    // A connection that has said it before has the setting, which is empty then.
    if (error instanceof Error) expect(error.message).to.match(/vigie\.tenant/);
    else expect(error).to.deep.equal([]);
  });

  for (const tenant of ['*', '', `acme'; drop table tenant_notes; --`, 'Acme', 'a.b', '-a']) {
    it(`takes no ${JSON.stringify(tenant)} for a tenant`, () => {
      expect(() => run(tenant, 'select')).to.throw(/is no tenant/);
    });
  }

  it('is torn down with what it made', async () => {
    for (const statement of tearDownTenantWall(WALL)) await queryPostgres(postgres.url, statement);
    const policies = await queryPostgres(postgres.url, `select from pg_policies where tablename = 'tenant_notes'`);
    expect(policies).to.deep.equal([]);
    const error = await run('acme', 'select from tenant_notes').catch(error => error);
    expect(error).to.have.property('code', '42501');
  });
});
