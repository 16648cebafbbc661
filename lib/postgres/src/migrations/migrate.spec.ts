import { MikroORM } from '@mikro-orm/postgresql';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { createLogger } from '@vigie/service-kit/telemetry';
import { expect } from 'chai';
import { ormOptions } from '../orm-options.ts';
import type { ServiceSchema } from '../service-schema.ts';
import { NOTES_SCHEMA, Note } from '../testing/notes-schema.ts';
import { migrate, removeSchema } from './migrate.ts';

const OF_ITS_OWN: ServiceSchema = { ...NOTES_SCHEMA, schemaName: 'own', migrationLock: 2 };

describe('migrate', () => {
  const teardown = new AsyncDisposableStack();
  const logger = createLogger('notes', 'silent');
  let postgres: EmbeddedPostgres;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
  });
  afterEach(async () => {
    for (const schema of [NOTES_SCHEMA, OF_ITS_OWN]) await removeSchema(schema, postgres.url, logger);
  });
  after(() => teardown.disposeAsync());

  const names = async (sql: string) => (await queryPostgres(postgres.url, sql)).map(({ name }) => name);
  const tables = () =>
    names(`select schemaname || '.' || tablename as name from pg_tables where tablename like 'note%' order by 1`);

  it('notes what has run in the table that it is told', async () => {
    await migrate(NOTES_SCHEMA, postgres.url, logger, '0001-notes');
    expect(await names('select name from note_migrations')).to.deep.equal(['0001-notes']);
    await migrate(NOTES_SCHEMA, postgres.url, logger);
    expect(await names('select name from note_migrations order by id')).to.deep.equal(['0001-notes', '0002-note-ids']);
  });

  it('keeps services apart that have schemas of their own', async () => {
    await migrate(NOTES_SCHEMA, postgres.url, logger);
    await migrate(OF_ITS_OWN, postgres.url, logger);
    expect(await tables()).to.include.members(['own.note_migrations', 'own.notes', 'public.notes']);
    await removeSchema(NOTES_SCHEMA, postgres.url, logger);
    expect(await tables()).to.deep.equal(['own.note_migrations', 'own.notes', 'public.note_migrations']);
    await migrate(NOTES_SCHEMA, postgres.url, logger);
    await removeSchema(OF_ITS_OWN, postgres.url, logger);
    expect(await tables()).to.deep.equal(['own.note_migrations', 'public.note_migrations', 'public.notes']);
  });

  it('makes tables where their entities are looked for', async () => {
    await migrate(OF_ITS_OWN, postgres.url, logger);
    const orm = new MikroORM(ormOptions(OF_ITS_OWN, { url: postgres.url, poolSize: 1, logger }));
    teardown.defer(() => orm.close(true));
    await orm.em.fork().insert(Note, { id: 'a' });
    expect(await orm.em.fork().find(Note, {})).to.have.lengthOf(1);
    expect(await names('select id as name from own.notes')).to.deep.equal(['a']);
  });

  it('runs once where several do it at once', async () => {
    const migrations = Array.from({ length: 4 }, () => migrate(OF_ITS_OWN, postgres.url, logger));
    await Promise.all(migrations);
    expect(await names('select name from own.note_migrations order by id')).to.deep.equal([
      '0001-notes',
      '0002-note-ids',
    ]);
  });
});
