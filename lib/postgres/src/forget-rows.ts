import type { MikroORM } from '@mikro-orm/postgresql';
import { askPostgres } from './ask-postgres.ts';

export interface Forgetting {
  /** Forgets up to as many rows as its last parameter says, and returns how many as `forgotten`. */
  readonly statement: string;
  /** Those before the last one. */
  readonly params?: readonly unknown[];
  /** Rows of one statement, which has to end within its timeout. */
  readonly atOnce: number;
}

/** Forgets rows until there are none left to forget, or the signal aborts. @throws DatabaseError */
export async function forgetRows(
  orm: MikroORM,
  { statement, params = [], atOnce }: Forgetting,
  signal: AbortSignal,
): Promise<void> {
  let isMore = true;
  while (isMore && !signal.aborted) {
    const [row]: { forgotten: string }[] = await askPostgres(() =>
      orm.em.fork().execute(statement, [...params, atOnce]),
    );
    isMore = Number(row?.forgotten) === atOnce;
  }
}
