import type { SupervisedProcess } from '@vigie/dev-env/processes';
import { openPostgresSession, type PgClient } from '@vigie/dev-env/servers';
import { pause } from '@vigie/service-kit/async';
import type { Reviver } from '../reviver.ts';
import type { SmallDisk } from '../small-disk.ts';
import type { Fault } from './fault.ts';

const APPLICATION = 'vigie-chaos';
const SQUAT_EVERY_MS = 50;

/** Takes all connections that Postgres allows, including those of the services. */
export function noConnectionsFault(url: string): Fault {
  const sessions: PgClient[] = [];
  const stop = new AbortController();
  let squatting = Promise.resolve();

  async function openAll(): Promise<void> {
    while (!stop.signal.aborted) sessions.push(await openPostgresSession(url, APPLICATION));
  }

  async function squat(): Promise<void> {
    while (!stop.signal.aborted) {
      // Rejects when no connection is left.
      await openAll().catch(() => undefined);
      await pause(SQUAT_EVERY_MS, stop.signal);
    }
  }

  return {
    async inject() {
      const killer = await openPostgresSession(url, APPLICATION);
      sessions.push(killer);
      squatting = squat();
      await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
        where backend_type = 'client backend' and application_name <> $1`,
        [APPLICATION],
      );
    },
    async heal() {
      stop.abort();
      await squatting;
      await Promise.all(sessions.map(session => session.end().catch(() => undefined)));
    },
  };
}

/** Every transaction is read-only, as on a server that has become a standby. */
export function readOnlyFault(url: string): Fault {
  return {
    inject: () => execute(url, 'alter system set default_transaction_read_only = on', 'select pg_reload_conf()'),
    heal: () => execute(url, 'alter system reset default_transaction_read_only', 'select pg_reload_conf()'),
  };
}

/** Fills the disk of Postgres, which may end because of that. */
export function diskFullFault(disk: SmallDisk, postgres: SupervisedProcess, reviver: Reviver): Fault {
  return {
    inject: () => disk.fill(),
    async heal() {
      await disk.free();
      await reviver.revive(postgres);
    },
  };
}

/** Each on its own: `alter system` can't be part of a transaction. */
async function execute(url: string, ...statements: string[]): Promise<void> {
  const session = await openPostgresSession(url, APPLICATION);
  try {
    for (const statement of statements) await session.query(statement);
  } finally {
    await session.end();
  }
}
