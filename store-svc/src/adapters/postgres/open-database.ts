import { setTimeout as delay } from 'node:timers/promises';
import { MikroORM } from '@mikro-orm/postgresql';
import { isKnownPassword, knownPasswordWarning } from '@vigie/service-kit/env';
import type { Health, Logger } from '@vigie/service-kit/telemetry';
import { AlertStoreError } from '../../ports/alert-store.ts';
import { migrate } from './migrate.ts';
import { type OrmOptions, ormOptions } from './orm-options.ts';
import { isRefusal, translateDatabaseError } from './translate-database-error.ts';

export interface DatabaseOptions extends OrmOptions {
  /** As the role that owns the schema: the one of `url` needn't be able to change it. */
  readonly migrationUrl: string;
  readonly health: Health;
  /** Ends the wait for a Postgres that isn't there. */
  readonly signal: AbortSignal;
}

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 2_000;

/** Fails for a role that lacks the grants of docker/postgres/roles.sql. */
const CAN_USE_TABLE = 'select from alerts limit 0';

/**
 * Waits for Postgres as long as it takes, brings the schema up to date and opens the pool; readiness reports how it is.
 */
export async function openDatabase(options: DatabaseOptions): Promise<MikroORM> {
  warnOfKnownPassword('DATABASE_URL', options.url, options.logger);
  warnOfKnownPassword('DATABASE_MIGRATION_URL', options.migrationUrl, options.logger);
  let check = async (): Promise<string | undefined> => 'waiting for Postgres';
  options.health.addCheck('postgres', () => check());
  const untilDone = (work: () => Promise<unknown>) =>
    retryWhileAway(work, options, why => {
      check = async () => why;
    });
  await untilDone(() => migrate(options.migrationUrl, options.logger));
  const orm = new MikroORM(ormOptions(options));
  try {
    await untilDone(() => orm.em.getConnection().execute(CAN_USE_TABLE));
  } catch (error) {
    await orm.close(true);
    throw error;
  }
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
  { logger, signal }: DatabaseOptions,
  onProblem: (why: string) => void,
): Promise<void> {
  for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
    try {
      await work();
      return;
    } catch (error) {
      const known = translateDatabaseError(error);
      // A wrong password, a missing grant or a broken migration doesn't mend itself.
      if (!(known instanceof AlertStoreError) || isRefusal(error)) throw error;
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
