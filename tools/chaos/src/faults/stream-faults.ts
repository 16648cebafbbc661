import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StreamName } from '@vigie/alert/streams';
import type { Fault } from './fault.ts';

/** Fills the stream by setting `max_bytes` to its present size. */
export function streamFullFault(operator: NatsConnection, stream: StreamName): Fault {
  let maxBytes: number | undefined;
  return {
    async inject() {
      const manager = await jetstreamManager(operator);
      const { config, state } = await manager.streams.info(stream);
      maxBytes = config.max_bytes;
      await limit(manager, stream, Math.max(1, state.bytes));
    },
    async heal() {
      if (maxBytes !== undefined) await limit(await jetstreamManager(operator), stream, maxBytes);
    },
  };
}

async function limit(manager: JetStreamManager, stream: StreamName, maxBytes: number): Promise<void> {
  await manager.streams.update(stream, { max_bytes: maxBytes });
}
