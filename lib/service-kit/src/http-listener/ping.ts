import type { Http2Session } from 'node:http2';

/**
 * Asks the peer of a connection for a sign of life, also once either side has said that it opens no more streams
 * (GOAWAY). Node refuses to ping from then on, though streams may go on for days; but it sends settings, which the peer
 * has to acknowledge: https://www.rfc-editor.org/rfc/rfc9113#section-6.5.3
 *
 * @returns whether it was sent
 */
export function ping(session: Http2Session, onAnswer: (error: Error | null) => void): boolean {
  if (!session.closed) return session.ping(onAnswer);
  session.settings({}, onAnswer);
  return true;
}
