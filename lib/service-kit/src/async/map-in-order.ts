import { pMapIterable } from 'p-map';

/**
 * Starts `work` on each item as it comes and yields the results in the items' order, each as soon as it is next. When
 * the items or `work` fail, what comes before is still yielded before the error is thrown.
 *
 * @param limit most items that are worked on or whose results are not yielded yet
 */
export function mapInOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncIterable<R> {
  return pMapIterable(items, item => work(item), { concurrency: limit, backpressure: limit }) as AsyncIterable<R>;
}
