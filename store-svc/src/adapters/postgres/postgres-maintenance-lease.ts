import { randomUUID } from 'node:crypto';
import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { askPostgres } from '@vigie/postgres';
import type { MaintenanceLease } from '../../ports/maintenance-lease.ts';

/**
 * The one row of the table `maintenance`. Held by Postgres' clock, and by a row instead of an advisory lock, as that
 * would need a session of its own, which a pooler between here and Postgres doesn't give.
 */
export class PostgresMaintenanceLease implements MaintenanceLease {
  readonly #orm: MikroORM;
  readonly #holder = randomUUID();

  constructor(orm: MikroORM) {
    this.#orm = orm;
  }

  hold(holdMs: number): Promise<number | undefined> {
    return this.#run(async em => {
      const [row]: { swept_sequence: string }[] = await em.execute(
        `update maintenance set holder = ?, held_until = now() + ? * interval '1 millisecond'
         where holder = ? or held_until is null or held_until < now()
         returning swept_sequence`,
        [this.#holder, holdMs, this.#holder],
      );
      return row === undefined ? undefined : Number(row.swept_sequence);
    });
  }

  noteSwept(from: number, through: number): Promise<boolean> {
    return this.#run(async em => {
      const noted: unknown[] = await em.execute(
        'update maintenance set swept_sequence = ? where holder = ? and swept_sequence = ? returning swept_sequence',
        [through, this.#holder, from],
      );
      return noted.length > 0;
    });
  }

  streamIdentity(): Promise<string | undefined> {
    return this.#run(async em => {
      const [row]: { stream_identity: string | null }[] = await em.execute('select stream_identity from maintenance');
      return row?.stream_identity ?? undefined;
    });
  }

  nameStream(identity: string): Promise<string> {
    return this.#run(async em => {
      const [row]: { stream_identity: string }[] = await em.execute(
        'update maintenance set stream_identity = coalesce(stream_identity, ?) returning stream_identity',
        [identity],
      );
      return row?.stream_identity ?? identity;
    });
  }

  replaceStream(identity: string, sweptThrough: number): Promise<void> {
    return this.#run(async em => {
      const values = [identity, sweptThrough];
      await em.execute('update maintenance set stream_identity = ?, swept_sequence = ?', values, 'run');
    });
  }

  release(): Promise<void> {
    return this.#run(async em => {
      await em.execute('update maintenance set held_until = now() where holder = ?', [this.#holder], 'run');
    });
  }

  #run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return askPostgres(() => work(this.#orm.em.fork()));
  }
}
