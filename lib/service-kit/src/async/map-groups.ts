/**
 * Works on the items of each key together, on all keys at once.
 *
 * @param work returns a result an item, in their order
 * @returns the results in the order of all items
 */
export async function mapGroups<T, K, R>(
  items: readonly T[],
  keyOf: (item: T) => K,
  work: (group: readonly T[], key: K) => Promise<readonly R[]>,
): Promise<R[]> {
  const groups = Map.groupBy(items, keyOf);
  const results = new Map(
    await Promise.all([...groups].map(async ([key, group]) => [key, (await work(group, key)).values()] as const)),
  );
  return items.map(item => results.get(keyOf(item))?.next().value as R);
}
