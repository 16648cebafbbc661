import { setTimeout as delay } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import type { Health } from '@vigie/mesh/telemetry/health.ts';
import { AlertStoreError } from '../../ports/alert-store.ts';
import { migrate } from './migrate.ts';
import { type OrmOptions, ormOptions } from './orm-options.ts';
import { translateDatabaseError } from './translate-database-error.ts';

export interface DatabaseOptions extends OrmOptions {
  readonly health: Health;
  /** Ends the wait for a Postgres that isn't there. */
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;

/** Waits for Postgres as long as it takes, brings the schema up to date and opens the pool; readiness tells how it is. */
export async function openDatabase(options: DatabaseOptions): Promise<MikroORM> {
  let check = async (): Promise<string | undefined> => 'waiting for Postgres';
  options.health.addCheck('postgres', () => check());
  await migrateWhenThere(options, why => {
    check = async () => why;
  });
  const orm = new MikroORM(ormOptions(options));
  check = shareInFlight(() => findFault(orm));
  return orm;
}

async function migrateWhenThere(
  { url, logger, signal }: DatabaseOptions,
  onFault: (why: string) => void,
): Promise<void> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      return await migrate(url, logger);
    } catch (error) {
      const known = translateDatabaseError(error);
      // A wrong password or a broken migration doesn't mend itself.
      if (!(known instanceof AlertStoreError)) throw error;
      onFault(known.message);
      logger.warn({ why: known.message, retryMs }, 'waiting for Postgres');
      await delay(retryMs, undefined, { signal });
    }
  }
}

async function findFault(orm: MikroORM): Promise<string | undefined> {
  try {
    await orm.em.getConnection().execute('select 1');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Readiness is asked for all the time: a Postgres that hangs must not gather a queue of questions. */
function shareInFlight<T>(work: () => Promise<T>): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  return () => {
    inFlight ??= work().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
}
