import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_DIR } from '../../setup/project.mjs';
import { variablePrefix } from '../services/variable-prefix.ts';
import { queryPostgres } from './query-postgres.ts';

/** For people, who only read. */
export const READ_ROLE = 'vigie_read';

const ROLES_SQL = path.join(PROJECT_DIR, 'docker/postgres/roles.sql');

/** The role of a service, which reads and writes its rows: `vigie_store` of store-svc. By default its own password. */
export function postgresRole(service: string): string {
  return `vigie_${variablePrefix(service).toLowerCase()}`;
}

/** The variable from which docker/compose.yaml takes its password. */
export function rolePasswordVariable(service: string): string {
  return `${variablePrefix(service)}_DB_PASSWORD`;
}

/**
 * Creates the roles of the services, with the same file as the Postgres container. At every start, as the data may be
 * from a version with other roles.
 * @returns why they can't be created, as `notReady` of a server does
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
