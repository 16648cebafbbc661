import type { JetStreamManager, StreamConfig, StreamInfo } from '@nats-io/jetstream';
import { CLOSED_SUBJECTS, STREAM_SUBJECTS, type StreamName } from './streams.ts';

/** The stream that alerts are accepted on. */
const STREAM: StreamName = 'ALERTS';

/** The key, in a stream's metadata, of the name that tells it from one that was lost and created again. */
const IDENTITY = 'vigie-identity';

/**
 * Why alerts can't be accepted; undefined if there is room for one of the size that alerts have on average. Asked of
 * the stream itself, so that it is known as soon as that has changed, without a publish that tries.
 */
export function findIntakeProblem({ config, state }: Pick<StreamInfo, 'config' | 'state'>): string | undefined {
  if (!isIntakeOpen(config)) {
    return `${STREAM} takes no alerts yet: store-svc opens it once its positions come after those in the rows`;
  }
  const { bytes, messages } = state;
  if (config.max_bytes <= 0 || messages === 0 || bytes + bytes / messages <= config.max_bytes) return undefined;
  return (
    `${STREAM} is full: ${messages} messages have ${bytes} of its ${config.max_bytes} bytes; retention-svc makes ` +
    'room once they are finished and older than REPLAY_WINDOW_MS'
  );
}

/** From now on the stream of alerts takes no more messages. */
export async function closeIntake(manager: JetStreamManager): Promise<void> {
  await manager.streams.update(STREAM, { subjects: [...CLOSED_SUBJECTS] });
}

/** From now on the stream of alerts takes messages. @param identity tells it from any other one of its name */
export async function openIntake(manager: JetStreamManager, identity: string): Promise<void> {
  const { config } = await manager.streams.info(STREAM);
  await manager.streams.update(STREAM, {
    subjects: [...STREAM_SUBJECTS[STREAM]],
    metadata: { ...config.metadata, [IDENTITY]: identity },
  });
}

export function isIntakeOpen({ subjects }: Pick<StreamConfig, 'subjects'>): boolean {
  return STREAM_SUBJECTS[STREAM].every(subject => subjects.includes(subject));
}

/** Undefined for a stream that `openIntake` has never opened. */
export function identityOf({ metadata }: Pick<StreamConfig, 'metadata'>): string | undefined {
  return metadata?.[IDENTITY];
}
