/** How each adapter is made from the connection that they share, by the name of its port. */
type Adapters<Connection> = Readonly<Record<string, (connection: Connection) => unknown>>;

/**
 * The bindings, for `bindParts`, of ports whose adapters share a connection. The connection is opened only if one of
 * these ports isn't overridden.
 *
 * @param open also has the connection closed, on teardown
 */
export async function bindAdapters<Connection, Bound extends Adapters<Connection>>(
  open: () => Promise<Connection>,
  adapters: Adapters<Connection> & Bound,
  overrides: { readonly [Port in keyof Bound]?: unknown },
): Promise<{ readonly [Port in keyof Bound]: () => ReturnType<Bound[Port]> }> {
  const isNeeded = Object.keys(adapters).some(port => overrides[port] === undefined);
  // Of ports that are all overridden, `bindParts` makes none.
  const connection = isNeeded ? await open() : (undefined as Connection);
  const bindings = Object.entries(adapters).map(([port, make]) => [port, () => make(connection)]);
  return Object.fromEntries(bindings);
}
