/** For each stream, the durable consumers that have to finish a message before it is trimmed. */
export type AwaitedConsumers = Readonly<Record<string, readonly string[]>>;

/** The mesh's own. While one of them is missing its progress is unknown, and its stream isn't trimmed. */
const MESH_CONSUMERS: AwaitedConsumers = {
  ALERTS: ['record', 'probe'],
  OUTCOMES: [],
  QUARANTINE: ['quarantine'],
};

/**
 * The mesh's own consumers and those that `AWAITED_CONSUMERS` names, as `STREAM/durable`, comma-separated. Nobody waits
 * for any other: a watch that is slow or dead, or a consumer that somebody forgot, would hold back a whole stream.
 *
 * @throws Error with the rest of the sentence "it ..."
 */
export function readAwaitedConsumers(named: string): AwaitedConsumers {
  const awaited = Object.fromEntries(Object.entries(MESH_CONSUMERS).map(([stream, names]) => [stream, [...names]]));
  for (const entry of named.split(',').map(part => part.trim())) {
    if (entry === '') continue;
    const [stream = '', durable = '', ...rest] = entry.split('/');
    const names = awaited[stream];
    if (names === undefined || durable === '' || rest.length > 0) {
      throw new Error(`must be STREAM/durable, comma-separated, with a stream of ${Object.keys(awaited).join(', ')}`);
    }
    if (!names.includes(durable)) names.push(durable);
  }
  return awaited;
}
