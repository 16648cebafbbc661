import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** As much of the `pg` driver's pool and client as is used here; the driver brings no types. */
type Pool = EventEmitter<{ connect: [Client] }>;
interface Client {
  readonly connection: { readonly stream: Socket };
}

/**
 * Gives a connection up that has been silent for longer than any statement may take: its server is frozen, or the
 * network has swallowed it, and TCP itself would wait for a quarter of an hour. Ending the socket is what is safe: a
 * query that only its caller gave up would leave its transaction open for the next one who gets the connection.
 */
export function endSilentConnections(silenceMs: number): (pool: Pool) => void {
  return pool => {
    pool.on('connect', ({ connection: { stream } }) => {
      stream.setTimeout(silenceMs, () => {
        stream.destroy(new Error(`Connection terminated: Postgres gave no answer within ${silenceMs} ms`));
      });
    });
  };
}
