/**
 * Yields what comes first from any source, the items of one source in their order, until all have ended. Asks a source
 * for its next item only once its last one was consumed.
 */
export async function* mergeAsTheyCome<T>(sources: readonly AsyncIterable<T>[]): AsyncIterable<T> {
  const iterators = sources.map(source => source[Symbol.asyncIterator]());
  const pending = new Map(iterators.map(iterator => [iterator, nextOf(iterator)]));
  try {
    while (pending.size > 0) {
      const { iterator, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(iterator);
      } else {
        yield result.value;
        pending.set(iterator, nextOf(iterator));
      }
    }
  } finally {
    // A source that still waits for its next item doesn't answer before that comes.
    for (const next of pending.values()) next.catch(() => undefined);
    for (const iterator of iterators) void iterator.return?.().catch(() => undefined);
  }
}

async function nextOf<T>(iterator: AsyncIterator<T>) {
  return { iterator, result: await iterator.next() };
}
