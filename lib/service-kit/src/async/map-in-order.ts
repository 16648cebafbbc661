type Source =
  | { readonly state: 'open' }
  | { readonly state: 'ended' }
  | { readonly state: 'failed'; readonly error: unknown };

/**
 * Starts `work` on each item as it comes, on up to `limit` at once, and yields the results in the items' order. When the
 * source fails, what was taken from it is still yielded before the failure is thrown. `work` must not reject.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T>,
  limit: number,
  work: (item: T) => Promise<R>,
): AsyncIterable<R> {
  const started: Promise<R>[] = [];
  let source = { state: 'open' } as Source;
  let onStarted = (): void => {};
  let onSlotFree = (): void => {};

  async function readSource(): Promise<void> {
    for await (const item of items) {
      started.push(work(item));
      onStarted();
      if (started.length >= limit) {
        await new Promise<void>(resolve => {
          onSlotFree = resolve;
        });
      }
    }
  }

  void readSource()
    .then<Source, Source>(
      () => ({ state: 'ended' }),
      error => ({ state: 'failed', error }),
    )
    .then(end => {
      source = end;
      onStarted();
    });

  while (true) {
    const next = started[0];
    if (next !== undefined) {
      yield await next;
      void started.shift();
      onSlotFree();
    } else if (source.state === 'open') {
      await new Promise<void>(resolve => {
        onStarted = resolve;
      });
    } else if (source.state === 'failed') {
      throw source.error;
    } else {
      return;
    }
  }
}
