/** A page of a list, and where the next one begins. */
export interface Page<T, P> {
  readonly alerts: readonly T[];
  /** The last one's place; undefined on the last page. */
  readonly next: P | undefined;
}

/** Makes a page of what a list finds when it is asked for one more than the page holds: that tells whether there is another. */
export async function readPage<T, P>(
  pageSize: number,
  find: (limit: number) => Promise<readonly T[]>,
  placeOf: (item: T) => P,
): Promise<Page<T, P>> {
  const found = await find(pageSize + 1);
  const alerts = found.slice(0, pageSize);
  const last = alerts.at(-1);
  return { alerts, next: found.length <= pageSize || last === undefined ? undefined : placeOf(last) };
}
