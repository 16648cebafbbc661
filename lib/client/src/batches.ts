const MAX_ITEMS = 1_000;
/** Half of what the gateway takes, as it has to hold the decoded alerts too. */
const MAX_BYTES = 4 * 2 ** 20;
/** From its first item on: a source that is alive must not wait until a batch is full. */
const MAX_AGE_MS = 50;

/** What a source gives next. */
type Step<T> =
  | { readonly isEnd: false; readonly item: T }
  | { readonly isEnd: true; readonly failure?: { readonly error: unknown } };

/**
 * Gathers items into batches of up to 1,000 and 4 MiB, and those of a slow source as they come. If the source fails,
 * what it gave before comes first.
 */
export async function* batchesOf<T>(
  items: AsyncIterable<T>,
  sizeOf: (item: T) => number,
): AsyncGenerator<readonly T[], void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  let batch: T[] = [];
  let bytes = 0;
  let ageEndsAt = 0;
  let next = stepOf(iterator);
  try {
    while (true) {
      const step = batch.length === 0 ? await next : await within(next, ageEndsAt - performance.now());
      const size = step === undefined || step.isEnd ? 0 : sizeOf(step.item);
      const isFull = batch.length === MAX_ITEMS || bytes + size > MAX_BYTES;
      if (batch.length > 0 && (step === undefined || step.isEnd || isFull)) {
        yield batch;
        [batch, bytes] = [[], 0];
      }
      if (step === undefined) continue;
      if (step.isEnd) {
        if (step.failure !== undefined) throw step.failure.error;
        return;
      }
      if (batch.length === 0) ageEndsAt = performance.now() + MAX_AGE_MS;
      batch.push(step.item);
      bytes += size;
      next = stepOf(iterator);
    }
  } finally {
    // Not awaited: a source that is silent would never end.
    iterator.return?.()?.catch(() => undefined);
  }
}

/** Never rejects: the source may fail while a batch is in hand. */
async function stepOf<T>(iterator: AsyncIterator<T>): Promise<Step<T>> {
  try {
    const { done, value } = await iterator.next();
    return done ? { isEnd: true } : { isEnd: false, item: value };
  } catch (error) {
    return { isEnd: true, failure: { error } };
  }
}

/** @returns undefined if the answer isn't there in time; one that is there already always is */
async function within<T>(answer: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, Math.max(0, ms), undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
