import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { queryPostgres } from './query-postgres.ts';

export const STORE_USER = 'vigie_store';
export const STORE_PASSWORD = 'vigie_store';

const ROLES_SQL = path.join(PROJECT_DIR, 'docker/postgres/roles.sql');

/**
 * Makes the roles of the services, with the file that the Postgres container runs too. At every start: the data may be from
 * a version that knew other roles.
 * @returns why it isn't done, as a server's `notReady` has it
 */
export async function createRoles(ownerUrl: string): Promise<string | undefined> {
  const url = new URL(ownerUrl);
  // Also on a server that was made read-only by hand.
  url.searchParams.set('options', '-c default_transaction_read_only=off');
  try {
    await queryPostgres(url.href, await readFile(ROLES_SQL, 'utf8'));
    return undefined;
  } catch (error) {
    return `its roles can't be made: ${(error as Error).message}`;
  }
}
