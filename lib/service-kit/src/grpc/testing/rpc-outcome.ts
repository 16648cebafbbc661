import { once } from 'node:events';
import { ConnectError } from '@connectrpc/connect';
import { expect } from 'chai';

/** The error that a call ends with. Fails where it ends well, or with an error of another kind. */
export async function failure(work: Promise<unknown>): Promise<ConnectError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(ConnectError);
  return error as ConnectError;
}

/** Reads a stream to its end. */
export async function collect<T, R = T>(
  items: AsyncIterable<T>,
  map: (item: T) => R = item => item as unknown as R,
): Promise<R[]> {
  const result: R[] = [];
  for await (const item of items) result.push(map(item));
  return result;
}

export async function* yieldAll<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** The answer to an accepted alert of a stream. */
export function accepted(uid = '') {
  return { outcome: { case: 'accepted' as const, value: { uid } } };
}
