import { addAbortListener } from 'node:events';
import type { Readable } from 'node:stream';

/**
 * The messages of a stream, until it ends. Throws the signal's reason once that aborts; unlike the stream's own
 * iterator it never destroys the stream, so whatever was taken can still be answered on its other half.
 */
export async function* readRequests<T>(call: Readable, signal: AbortSignal): AsyncIterable<T> {
  let wake = (): void => {};
  const onChange = (): void => wake();
  const events = ['readable', 'end', 'close', 'error'];
  for (const event of events) call.on(event, onChange);
  using _ = addAbortListener(signal, onChange);
  try {
    while (true) {
      signal.throwIfAborted();
      const message = call.read() as T | null;
      if (message !== null) {
        yield message;
      } else if (call.readableEnded || call.destroyed) {
        return;
      } else {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    }
  } finally {
    for (const event of events) call.off(event, onChange);
  }
}
