export interface CutIterable<T> {
  readonly items: AsyncIterable<T>;
  /** Whether the signal ended the items, and not their own end. */
  wasCut(): boolean;
}

/** The items until they end by themselves, or end quietly because the signal aborts. */
export function untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): CutIterable<T> {
  let cut = false;

  async function* read(): AsyncIterable<T> {
    const iterator = items[Symbol.asyncIterator]();
    let onAbort = (): void => {};
    const listener = (): void => onAbort();
    signal.addEventListener('abort', listener);
    try {
      while (true) {
        // Not Promise.race: on a promise that outlives the stream it would keep a trace of every item.
        const result = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
          onAbort = () => resolve(undefined);
          if (signal.aborted) onAbort();
          iterator.next().then(resolve, reject);
        });
        cut = result === undefined;
        if (result === undefined || result.done) return;
        yield result.value;
      }
    } finally {
      signal.removeEventListener('abort', listener);
    }
  }

  return { items: read(), wasCut: () => cut };
}
