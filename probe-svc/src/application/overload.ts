import type { Slots } from '@vigie/service-kit/async';

/** As much is under way as there is room for: whoever asked should ask again soon. */
export class OverloadedError extends Error {
  override readonly name = 'OverloadedError';
  readonly reason = 'OVERLOADED';
}

/**
 * Takes a place at once or not at all: a caller who waits doesn't know for how long.
 *
 * @param what the places are for, in the plural
 * @throws OverloadedError
 */
export function takeOrRefuse(places: Slots, what: string): Disposable {
  const place = places.tryTake();
  if (place === undefined) throw new OverloadedError(`No more ${what} fit in at once.`);
  return place;
}
