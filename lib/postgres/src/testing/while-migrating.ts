import { type EmbeddedPostgres, openPostgresSession, queryPostgres } from '@vigie/dev-env/servers';
import { waitFor } from '@vigie/dev-env/testing';
import type { ServiceSchema } from '../service-schema.ts';

/**
 * Begins `work` while the schema is being migrated, and ends that once `work` waits for it.
 *
 * @throws if `work` never waits
 */
export async function whileMigrating<T>(
  { migrationLock }: ServiceSchema,
  postgres: EmbeddedPostgres,
  work: () => Promise<T>,
): Promise<T> {
  const migration = await openPostgresSession(postgres.url, 'vigie-spec');
  await migration.query('select pg_advisory_lock($1)', [migrationLock]);
  const working = work();
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted`;
  await waitFor('the wait', async () => ((await queryPostgres(postgres.url, waiting)).length > 0 ? true : undefined));
  await migration.end();
  return working;
}
