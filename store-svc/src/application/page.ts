/** A page of a list, and where the next one begins. */
export interface Page<T, P> {
  readonly alerts: readonly T[];
  /** The place of the last item; undefined on the last page. */
  readonly next: P | undefined;
}

/** Reads a page. It asks for one item more than the page holds, to know whether there is another page. */
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
