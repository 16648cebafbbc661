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
  /**
   * How long the same `Nats-Msg-Id` counts as a duplicate. The unique key on `uid` guards for ever, this only saves
   * work.
   */
  readonly duplicateWindowMs?: number;
}

export const DEFAULT_DUPLICATE_WINDOW_MS = 2 * 60 * 1000;

/**
 * The largest message, headers included; a larger one is refused, so never accepted. An alert has 9 KB at most, and
 * whatever is in ALERTS fits into QUARANTINE, with the headers that say why it is there.
 */
const MAX_MESSAGE_BYTES: Readonly<Partial<Record<StreamName, number>>> = { ALERTS: 16 * 1024, QUARANTINE: 32 * 1024 };

export const STREAM_SUBJECTS = {
  ALERTS: ['alerts.received.*'],
  OUTCOMES: ['alerts.processed.*', 'alerts.failed.*'],
  QUARANTINE: ['alerts.quarantined.*'],
} as const;

export type StreamName = keyof typeof STREAM_SUBJECTS;

export const STREAM_NAMES = Object.keys(STREAM_SUBJECTS) as StreamName[];

/**
 * Creates those of the three streams that are missing. Any service may do it, in any order, at once.
 *
 * @returns the streams that are there with other settings; these are left alone
 */
export async function ensureStreams(manager: JetStreamManager, limits: StreamLimits): Promise<StreamName[]> {
  const different: StreamName[] = [];
  for (const name of STREAM_NAMES) {
    await manager.streams.add(streamConfig(name, limits)).catch(error => {
      if (!isNameInUse(error)) throw error;
      different.push(name);
    });
  }
  return different;
}

/** Creates the three streams, or brings their settings up to date. The right to do so is retention-svc's. */
export async function updateStreams(manager: JetStreamManager, limits: StreamLimits): Promise<void> {
  for (const name of await ensureStreams(manager, limits)) {
    await manager.streams.update(name, streamConfig(name, limits));
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
    max_msg_size: MAX_MESSAGE_BYTES[name] ?? -1,
    num_replicas: limits.replicas,
    duplicate_window: nanos(limits.duplicateWindowMs ?? DEFAULT_DUPLICATE_WINDOW_MS),
    allow_direct: true,
  };
}

/** JetStream's error 10058: a stream of this name has another configuration. */
function isNameInUse(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10058;
}
