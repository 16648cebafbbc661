import type { ListPosition } from '../domain/list-position.ts';

export interface Page<T> {
  readonly items: readonly T[];
  /** The place of the last item; undefined on the last page. */
  readonly next: ListPosition | undefined;
}

/** Asks for one item more than the page holds, to know whether there is another page. */
export async function readPage<T>(
  pageSize: number,
  find: (limit: number) => Promise<readonly T[]>,
  placeOf: (item: T) => ListPosition,
): Promise<Page<T>> {
  const found = await find(pageSize + 1);
  const items = found.slice(0, pageSize);
  const last = items.at(-1);
  return { items, next: found.length > pageSize && last !== undefined ? placeOf(last) : undefined };
}
