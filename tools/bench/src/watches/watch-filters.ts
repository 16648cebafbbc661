/** Stores whose alerts are sent in turn, and watched. */
export const STORES: readonly string[] = Array.from({ length: 100 }, (_, index) => `watched-store-${index}`);

/** The store that a watch asks for; every hundredth or so asks for all, with `undefined`. */
export function storeOfWatch(index: number): string | undefined {
  return STORES[index % (STORES.length + 1)];
}
