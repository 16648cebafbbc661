import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { JsonValue, Message } from '@bufbuild/protobuf';
import type { StreamFormat } from './stream-format.ts';

export interface SendStreamParts {
  readonly response: ServerResponse;
  readonly format: StreamFormat;
  readonly status: number;
  readonly heartbeatMs: number;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  encode(message: Message): JsonValue;
  describeError(error: unknown): JsonValue;
}

/** Sends messages as JSON as they come, no faster than the client reads; an error is sent after the last one. */
export async function sendStream(messages: AsyncIterable<Message>, parts: SendStreamParts): Promise<void> {
  const { response, format, signal } = parts;
  response.writeHead(parts.status, { 'content-type': format.contentType, 'cache-control': 'no-store' });
  // So that the client learns now, and not with the first message, that the stream is open.
  response.flushHeaders();
  const heartbeat = startHeartbeat(parts);
  try {
    for await (const message of messages) {
      const isFull = !response.write(format.message(parts.encode(message)));
      heartbeat?.refresh();
      if (isFull) await once(response, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) response.write(format.error(parts.describeError(error)));
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function startHeartbeat({ response, format, heartbeatMs }: SendStreamParts): NodeJS.Timeout | undefined {
  const { heartbeat } = format;
  if (heartbeat === undefined) return undefined;
  return setInterval(() => {
    // No heartbeat while the client doesn't read: it would only add to what waits to be sent.
    if (!response.writableNeedDrain) response.write(heartbeat);
  }, heartbeatMs);
}
