import { isDeepStrictEqual } from 'node:util';
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

/** JetStream's error codes. */
const STREAM_NOT_FOUND = 10059;
const NAME_IN_USE = 10058;
const OUT_OF_STORAGE = 10047;
const NO_SUITABLE_PEERS = 10005;

const SMALLEST_BYTES = 1024 ** 2;

export const DEFAULT_DUPLICATE_WINDOW_MS = 2 * 60 * 1000;

/**
 * The largest message, headers included; a larger one is refused, so never accepted. An alert has 23 KB at most, and
 * whatever is in ALERTS fits into QUARANTINE, with the headers that say why it is there.
 */
const MAX_MESSAGE_BYTES: Readonly<Partial<Record<StreamName, number>>> = { ALERTS: 32 * 1024, QUARANTINE: 48 * 1024 };

export const STREAM_SUBJECTS = {
  ALERTS: withTenants('alerts.received'),
  OUTCOMES: [...withTenants('alerts.processed'), ...withTenants('alerts.failed')],
  QUARANTINE: withTenants('alerts.quarantined'),
} as const;

/** Of the default tenant, and of others. */
function withTenants(subject: string): readonly string[] {
  return [`${subject}.*`, `${subject}.*.*`];
}

/** Nobody publishes on it: with this subject alone, ALERTS takes nothing, and whoever publishes learns so. */
export const CLOSED_SUBJECTS = ['alerts.closed'];

export type StreamName = keyof typeof STREAM_SUBJECTS;

export const STREAM_NAMES = Object.keys(STREAM_SUBJECTS) as StreamName[];

/**
 * Creates those of the three streams that are missing. Any service may do it, in any order, at once. `ALERTS` is
 * created closed, and opened by store-svc, which knows what positions the rows already have (`openIntake`).
 *
 * @returns the streams that are there with other settings; these are left alone
 */
export async function ensureStreams(manager: JetStreamManager, limits: StreamLimits): Promise<StreamName[]> {
  const different: StreamName[] = [];
  for (const name of STREAM_NAMES) {
    const found = await findConfig(manager, name);
    if (found === undefined) await create(manager, name, limits);
    else if (differs(found, streamConfig(name, limits))) different.push(name);
  }
  return different;
}

/**
 * Creates the three streams, or brings their settings up to date. The right to do so is retention-svc's.
 *
 * @returns the streams whose STREAM_MAX_BYTES is more than nats-server has room for; they keep their settings
 */
export async function updateStreams(manager: JetStreamManager, limits: StreamLimits): Promise<StreamName[]> {
  const tooLarge: StreamName[] = [];
  for (const name of await ensureStreams(manager, limits)) {
    await manager.streams.update(name, streamConfig(name, limits)).catch(error => {
      if (!isOutOfStorage(error)) throw error;
      tooLarge.push(name);
    });
  }
  return tooLarge;
}

export function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND;
}

async function findConfig(manager: JetStreamManager, name: StreamName): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isStreamMissing(error)) return undefined;
    throw error;
  }
}

/** With half the size, and half of that, if nats-server has no room for it: a small stream is better than none. */
async function create(manager: JetStreamManager, name: StreamName, limits: StreamLimits): Promise<void> {
  const subjects = [...(name === 'ALERTS' ? CLOSED_SUBJECTS : STREAM_SUBJECTS[name])];
  try {
    await manager.streams.add({ name, ...streamConfig(name, limits), subjects });
  } catch (error) {
    // Another service was quicker.
    if (error instanceof JetStreamApiError && error.code === NAME_IN_USE) return;
    const maxBytes = Math.floor(limits.maxBytes / 2);
    if (!isOutOfStorage(error) || maxBytes < SMALLEST_BYTES) throw error;
    await create(manager, name, { ...limits, maxBytes });
  }
}

/** The `max_file_store` of the server, or of too many servers of a cluster, is reserved for other streams. */
function isOutOfStorage(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  return error.code === OUT_OF_STORAGE || (error.code === NO_SUITABLE_PEERS && /storage/.test(error.message));
}

function differs(found: StreamConfig, wanted: Partial<StreamConfig>): boolean {
  return Object.entries(wanted).some(([key, value]) => !isDeepStrictEqual(found[key as keyof StreamConfig], value));
}

function streamConfig(name: StreamName, limits: StreamLimits): Partial<StreamConfig> {
  return {
    // Whether ALERTS is open isn't a setting.
    ...(name === 'ALERTS' ? {} : { subjects: [...STREAM_SUBJECTS[name]] }),
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
