import { addAbortListener } from 'node:events';

export interface CutIterable<T> {
  readonly items: AsyncIterable<T>;
  /** Whether the signal ended the items, and not their own end. */
  wasCut(): boolean;
}

/** The items until they end by themselves, or end without an error because the signal aborts. */
export function untilAborted<T>(items: AsyncIterable<T>, signal: AbortSignal): CutIterable<T> {
  let cut = false;

  async function* read(): AsyncIterable<T> {
    const iterator = items[Symbol.asyncIterator]();
    let onAbort = (): void => {};
    using _ = addAbortListener(signal, () => onAbort());
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
  }

  return { items: read(), wasCut: () => cut };
}
