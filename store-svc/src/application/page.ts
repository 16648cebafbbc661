/** A page of a list, and where the next one begins. */
export interface Page<T, P> {
  readonly alerts: readonly T[];
  /** The place of the last item; undefined on the last page. */
  readonly next: P | undefined;
}

/** Well below what a gRPC message may have, 8 MiB at the gateway. */
const MAX_PAGE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a page. It asks for one item more than the page holds, to know whether there is another page; a page of large
 * items ends early.
 */
export async function readPage<T, P>(
  pageSize: number,
  find: (limit: number) => Promise<readonly T[]>,
  placeOf: (item: T) => P,
  bytesOf: (item: T) => number = () => 0,
): Promise<Page<T, P>> {
  const found = await find(pageSize + 1);
  const alerts = found.slice(0, Math.min(pageSize, countFitting(found, bytesOf)));
  const last = alerts.at(-1);
  return { alerts, next: alerts.length === found.length || last === undefined ? undefined : placeOf(last) };
}

/** At least one. */
function countFitting<T>(items: readonly T[], bytesOf: (item: T) => number): number {
  let bytes = 0;
  const tooMany = items.findIndex(item => {
    bytes += bytesOf(item);
    return bytes > MAX_PAGE_BYTES;
  });
  return tooMany === -1 ? items.length : Math.max(1, tooMany);
}
