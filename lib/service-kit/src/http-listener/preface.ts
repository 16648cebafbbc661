import type { Socket } from 'node:net';

/** How a client's first bytes say that it speaks HTTP/2: https://www.rfc-editor.org/rfc/rfc9113#section-3.4 */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
/** Enough bytes to distinguish it from every method of HTTP/1. */
const DISTINGUISHING_LENGTH = 'PRI'.length;
/** A connection that stays silent for longer is of no use to anybody. */
const SILENCE_LIMIT_MS = 60_000;

export type HttpVersion = 'http1' | 'http2';

/** Calls back once the first bytes show the version; they can still be read from the socket then. */
export function detectHttpVersion(socket: Socket, onDetected: (version: HttpVersion) => void): void {
  let seen = '';

  function onReadable(): void {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen += bytes.toString('latin1');
    if (seen.length < DISTINGUISHING_LENGTH && HTTP2_PREFACE.startsWith(seen)) return;
    stopListening();
    socket.unshift(Buffer.from(seen, 'latin1'));
    onDetected(HTTP2_PREFACE.startsWith(seen.slice(0, HTTP2_PREFACE.length)) ? 'http2' : 'http1');
  }

  function giveUp(): void {
    socket.destroy();
  }

  function stopListening(): void {
    socket.off('readable', onReadable).off('end', giveUp).off('error', giveUp).off('timeout', giveUp);
    socket.setTimeout(0);
  }

  socket.on('readable', onReadable).on('end', giveUp).on('error', giveUp).on('timeout', giveUp);
  socket.setTimeout(SILENCE_LIMIT_MS);
}
