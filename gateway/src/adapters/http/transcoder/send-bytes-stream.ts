import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Message } from '@bufbuild/protobuf';
import type { TypedBytes } from './encode-response.ts';

export interface SendBytesStreamParts {
  readonly response: ServerResponse;
  readonly status: number;
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  encode(message: Message): TypedBytes;
}

/**
 * Sends the bytes of all messages as one body, with the content type of the first message.
 *
 * @throws what the stream throws before its first message; on a later error the connection is cut, because the response
 * has no other way left to report one
 */
export async function sendBytesStream(messages: AsyncIterable<Message>, parts: SendBytesStreamParts): Promise<void> {
  const { response, signal } = parts;
  try {
    for await (const message of messages) {
      const { contentType, bytes } = parts.encode(message);
      if (!response.headersSent) response.writeHead(parts.status, { 'content-type': contentType });
      if (!response.write(bytes)) await once(response, 'drain', { signal });
    }
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    response.destroy();
  }
}
