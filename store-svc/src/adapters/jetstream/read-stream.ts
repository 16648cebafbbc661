import type { Consumer, JetStreamClient, JsMsg, OrderedConsumerOptions } from '@nats-io/jetstream';
import type { StreamName } from '@vigie/alert/streams';

const READ_AHEAD = 1_000;
/** Messages may be trimmed while they are read; nothing comes then. */
const SILENCE_MS = 5_000;

/** Reads messages of a stream in their order, through a position that it had reached when this is called. */
export async function* readStream(
  client: JetStreamClient,
  stream: StreamName,
  start: Partial<OrderedConsumerOptions>,
  through: number,
): AsyncIterable<JsMsg> {
  const consumer = await client.consumers.get(stream, start);
  try {
    yield* readConsumer(consumer, through);
  } finally {
    // Otherwise the server keeps it for minutes.
    await consumer.delete().catch(() => undefined);
  }
}

async function* readConsumer(consumer: Consumer, through: number): AsyncIterable<JsMsg> {
  if ((await consumer.info()).num_pending === 0) return;
  const messages = await consumer.consume({ max_messages: READ_AHEAD });
  const silence = setTimeout(() => void messages.close(), SILENCE_MS);
  try {
    for await (const message of messages) {
      silence.refresh();
      if (message.seq > through) return;
      yield message;
      if (message.seq === through || message.info.pending === 0) return;
    }
  } finally {
    clearTimeout(silence);
    void messages.close();
  }
}
