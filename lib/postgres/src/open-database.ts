import { setTimeout as delay } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { settlesWithin } from '@vigie/service-kit/async';
import { isKnownPassword, knownPasswordWarning } from '@vigie/service-kit/env';
import type { ServiceContext } from '@vigie/service-kit/lifecycle';
import type { Logger } from '@vigie/service-kit/telemetry';
import type { DatabaseConfig } from './database-config.ts';
import { DatabaseError } from './errors/database-error.ts';
import { migrate } from './migrations/migrate.ts';
import { ormOptions } from './orm-options.ts';
import type { ServiceSchema } from './service-schema.ts';
import { isRefusal, translateDatabaseError } from './translate-database-error.ts';

export type DatabaseContext = Pick<ServiceContext, 'logger' | 'health' | 'teardown'>;

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;
const CLOSE_MS = 500;

/**
 * Waits for Postgres as long as it takes, or until the teardown is disposed of; brings the schema up to date and opens
 * the pool. Readiness reports how it is, as the check `postgres`.
 *
 * @throws what waiting doesn't mend: a wrong password, a missing grant, a migration that fails
 */
export async function openDatabase(
  schema: ServiceSchema,
  config: DatabaseConfig,
  { logger, health, teardown }: DatabaseContext,
): Promise<MikroORM> {
  const { url, migrationUrl } = config;
  warnOfKnownPassword('DATABASE_URL', url, logger);
  warnOfKnownPassword('DATABASE_MIGRATION_URL', migrationUrl, logger);
  let check = async (): Promise<string | undefined> => 'waiting for Postgres';
  health.addCheck('postgres', () => check());
  const stopped = new AbortController();
  teardown.defer(() => stopped.abort());
  const untilDone = (work: () => Promise<unknown>) =>
    retryWhileAway(work, logger, stopped.signal, why => {
      check = async () => why;
    });
  await untilDone(() => migrate(schema, migrationUrl, logger));
  const orm = new MikroORM(ormOptions(schema, { ...config, logger }));
  try {
    await untilDone(() => orm.em.getConnection().execute(schema.canUseTable));
  } catch (error) {
    await orm.close(true);
    throw error;
  }
  // A frozen Postgres doesn't say goodbye either.
  teardown.defer(async () => void (await settlesWithin(orm.close(true), CLOSE_MS)));
  check = shareInFlight(() => findProblem(orm));
  return orm;
}

function warnOfKnownPassword(variable: string, databaseUrl: string, logger: Logger): void {
  const { username, password, hostname } = new URL(databaseUrl);
  const [user, secret] = [username, password].map(decodeURIComponent);
  if (isKnownPassword({ user, password: secret, hostnames: [hostname] })) {
    logger.warn(knownPasswordWarning(variable, user));
  }
}

async function retryWhileAway(
  work: () => Promise<unknown>,
  logger: Logger,
  signal: AbortSignal,
  onProblem: (why: string) => void,
): Promise<void> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      await work();
      return;
    } catch (error) {
      const known = translateDatabaseError(error);
      if (!(known instanceof DatabaseError) || isRefusal(error)) throw error;
      onProblem(known.message);
      logger.warn({ why: known.message, retryMs }, 'waiting for Postgres');
      await delay(retryMs, undefined, { signal });
    }
  }
}

/** Why Postgres can't be written to now. A standby, or a server made read-only by hand, answers everything else. */
async function findProblem(orm: MikroORM): Promise<string | undefined> {
  try {
    const rows: { transaction_read_only: string }[] = await orm.em
      .getConnection()
      .execute('show transaction_read_only');
    return rows[0]?.transaction_read_only === 'off' ? undefined : 'Postgres is read-only';
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
