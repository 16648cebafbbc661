import type { Socket } from 'node:net';

/** A connection that stays silent for longer is of no use to anybody. */
const SILENCE_LIMIT_MS = 60_000;

/**
 * Looks at a client's first bytes, which can still be read from the socket then.
 *
 * @param judge what they show, as latin1; `undefined` while they are too few
 */
export function peek<T>(socket: Socket, judge: (seen: string) => T | undefined, onJudged: (found: T) => void): void {
  let seen = '';

  function onReadable(): void {
    const bytes = socket.read() as Buffer | null;
    if (bytes === null) return;
    seen += bytes.toString('latin1');
    const found = judge(seen);
    if (found === undefined) return;
    stopListening();
    socket.unshift(Buffer.from(seen, 'latin1'));
    onJudged(found);
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
