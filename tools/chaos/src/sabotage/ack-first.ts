// For `node --import`: from now on every message of this process is acked before it is handled.
import { MessageConsumer } from '@vigie/service-kit/nats';

const start = MessageConsumer.start;

MessageConsumer.start = options =>
  start({
    ...options,
    async handle(message, ...rest) {
      await message.ackAck();
      return options.handle(message, ...rest);
    },
  });
