import type { ConnectionOptions } from '@nats-io/transport-node';

/**
 * The pace at which a connection that is lost is dialled again, kept by a clock that never jumps. The client's own
 * compares what `Date` says: where the machine's clock is set back by an hour, it dials no server again until that hour
 * has passed.
 *
 * @param waitMs between two tries of one server, and at random up to `jitterMs` more
 */
export function steadyReconnects(
  waitMs: number,
  jitterMs: number,
): Pick<ConnectionOptions, 'reconnectDelayHandler' | 'reconnectToServer'> {
  const dialledAtMs = new Map<string, number>();
  return {
    // By the client's own clock every server may be dialled at once, whenever it was last.
    reconnectDelayHandler: () => Number.NEGATIVE_INFINITY,
    reconnectToServer: pool => {
      const [server] = pool as readonly [(typeof pool)[number]];
      const nowMs = performance.now();
      const lastMs = dialledAtMs.get(server.listen);
      const delay = lastMs === undefined ? 0 : Math.max(0, lastMs + waitMs + Math.random() * jitterMs - nowMs);
      dialledAtMs.set(server.listen, nowMs + delay);
      return { server, delay };
    },
  };
}
