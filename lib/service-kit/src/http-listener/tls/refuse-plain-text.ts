import type { Socket } from 'node:net';

/** A method of HTTP/1.1 in upper case, and not the preface of HTTP/2, whose clients could read no such answer. */
const HTTP1_METHOD = /^(?!PRI)[A-Z]/;
const TEXT = 'This port speaks TLS: call it by https://.\n';
const ANSWER = [
  'HTTP/1.1 400 Bad Request',
  'content-type: text/plain; charset=utf-8',
  `content-length: ${TEXT.length}`,
  'connection: close',
  '',
  TEXT,
].join('\r\n');
/** How long its client may take to read the answer. */
const LINGER_MS = 1_000;

/** Tells a client that sends a request without TLS what is wrong. Whatever else its bytes are, it is cut. */
export function refusePlainText(socket: Socket): void {
  const seen = socket.read() as Buffer | null;
  if (!HTTP1_METHOD.test(seen?.toString('latin1') ?? '')) {
    socket.destroy();
    return;
  }
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer)).on('error', () => socket.destroy());
  // What is left unread would reset the connection, and the answer could get lost.
  socket.resume().once('end', () => socket.destroySoon());
  socket.end(ANSWER);
}
