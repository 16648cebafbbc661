import {
  DiscardPolicy,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

export interface StreamLimits {
  /** Most bytes that a stream keeps; a full one refuses publishes, nothing is thrown away. */
  readonly maxBytes: number;
  readonly replicas: number;
}

/** How long the same `Nats-Msg-Id` counts as a duplicate. The unique key on `uid` guards for ever, this only saves work. */
const DUPLICATE_WINDOW_MS = 2 * 60 * 1000;

export const STREAM_SUBJECTS = {
  ALERTS: ['alerts.received.*'],
  OUTCOMES: ['alerts.processed.*', 'alerts.failed.*'],
  QUARANTINE: ['alerts.quarantined.*'],
} as const;

export type StreamName = keyof typeof STREAM_SUBJECTS;

/** Creates the three streams, or brings their settings up to date. Any service may do it, in any order, at once. */
export async function ensureStreams(manager: JetStreamManager, limits: StreamLimits): Promise<void> {
  for (const name of Object.keys(STREAM_SUBJECTS) as StreamName[]) {
    const config = streamConfig(name, limits);
    await manager.streams.add(config).catch(async error => {
      if (!isNameInUse(error)) throw error;
      await manager.streams.update(name, config);
    });
  }
}

function streamConfig(name: StreamName, limits: StreamLimits): Partial<StreamConfig> & { name: string } {
  return {
    name,
    subjects: [...STREAM_SUBJECTS[name]],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    max_bytes: limits.maxBytes,
    num_replicas: limits.replicas,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    allow_direct: true,
  };
}

/** JetStream's error 10058: a stream of this name has another configuration. */
function isNameInUse(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10058;
}
