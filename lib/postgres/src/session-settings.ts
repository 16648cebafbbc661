/** Settings of Postgres by their names. Numbers are milliseconds where the setting is a time. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/** As much of the `pg` driver's client as is used here; the driver brings no types. */
interface Client {
  query(sql: string): Promise<unknown>;
}

/**
 * Sets them on each new connection, before it is used: by statements, because PgBouncer and the proxies of cloud
 * providers refuse connections with the startup parameter `options` and most others.
 *
 * PgBouncer in transaction mode keeps TimeZone, DateStyle and standard_conforming_strings for each client. Any other
 * setting stays with the server connection that it was made on, whoever uses that next.
 */
export function useSettings(settings: SessionSettings): (client: Client) => Promise<void> {
  const statements = Object.entries(settings).map(([name, value]) => `set ${name} = '${value}'`);
  return async client => void (await client.query(statements.join('; ')));
}
