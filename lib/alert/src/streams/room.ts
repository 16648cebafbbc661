import type { StreamInfo } from '@nats-io/jetstream';

/**
 * Why a stream takes no more messages; undefined if it has room for one of the size that its messages have on average.
 * Asked of the stream itself, so that it is known as soon as there is room again, without a publish that tries.
 */
export function findRoomProblem({ config, state }: Pick<StreamInfo, 'config' | 'state'>): string | undefined {
  const { bytes, messages } = state;
  if (config.max_bytes <= 0 || messages === 0 || bytes + bytes / messages <= config.max_bytes) return undefined;
  return (
    `${config.name} is full: ${messages} messages have ${bytes} of its ${config.max_bytes} bytes; retention-svc makes ` +
    'room once they are finished and older than REPLAY_WINDOW_MS'
  );
}
