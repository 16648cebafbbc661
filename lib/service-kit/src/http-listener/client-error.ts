import type { Duplex } from 'node:stream';

const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

const answered = new WeakSet<Duplex>();

/**
 * Tells a client of HTTP/1.1 why its connection ends, as Node does by itself. But Node cuts the connection directly
 * after it has written that, and over TLS it may not have been sent by then.
 *
 * @param isAnswering whether a part of another response has been sent already
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex, isAnswering: boolean): void {
  if (answered.has(socket)) return;
  if (!socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  answered.add(socket);
  const status = STATUSES[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`, () => socket.destroy());
}
