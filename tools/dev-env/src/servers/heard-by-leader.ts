import { DevEnvError } from '../dev-env-error.ts';

/** A nats-server that hears its cluster and isn't heard by it, or the reverse; only a restart cures that. */
export class OneWayServerError extends DevEnvError {}

interface HeardByLeaderOptions {
  /** Of the server that is to be heard. */
  readonly name: string;
  readonly monitorUrl: string;
  /** Of all members. */
  readonly monitorUrls: readonly string[];
  readonly patienceMs?: number;
}

/**
 * What `/jsz` says of the group of all members that keeps the metadata.
 * https://docs.nats.io/running-a-nats-service/nats_admin/monitoring
 */
interface MetaGroup {
  readonly leader?: string;
  /** On the leader alone. */
  readonly replicas?: readonly Replica[];
}

interface Replica {
  readonly name: string;
  /** It has acknowledged what is applied; a leader that has just been elected knows of nobody yet. */
  readonly current: boolean;
  /** Nanoseconds since the leader last heard of it. */
  readonly active: number;
}

/** The leader says something every second, and members answer it; a machine under load may take its time. */
const PATIENCE_MS = 10_000;
const ASK_TIMEOUT_MS = 2_000;
const NS_A_MS = 1e6;

/**
 * Whether the leader of a cluster and one member hear each other.
 *
 * nats-server 2.10 can start mute (docs/adr/0020): the queue that its Raft groups send from looks its account up, which
 * another goroutine stores a moment later. A server that loses this race sends no vote, no answer and no request to be
 * caught up until it ends. Its own `/healthz` says "JetStream is not current with the meta leader" for as long, or even
 * that all is well where it has missed nothing. Rarely, while three servers replace their first connections by others,
 * one misses that it is to be sent what the leader says: it knows of no leader for good.
 */
export class HeardByLeader {
  readonly #options: HeardByLeaderOptions;
  #startedAt = performance.now();
  #oneWaySince: number | undefined;

  constructor(options: HeardByLeaderOptions) {
    this.#options = options;
  }

  /** To be called before the server starts: what the leader heard of it earlier proves nothing. */
  reset(): void {
    this.#startedAt = performance.now();
    this.#oneWaySince = undefined;
  }

  /**
   * @returns undefined if they hear each other, else why not
   * @throws OneWayServerError if they haven't for long
   */
  async notHeard(): Promise<string | undefined> {
    const { name, monitorUrl, monitorUrls } = this.#options;
    const known = (await readMetaGroup(monitorUrl))?.leader;
    if (known === name) return undefined;
    const groups = await Promise.all(monitorUrls.map(readMetaGroup));
    const seen = groups.flatMap(group => (group?.replicas ?? []).map(replica => ({ by: group?.leader, replica })));
    const found = seen.find(({ replica }) => replica.name === name);
    if (found === undefined) {
      this.#oneWaySince = undefined;
      return 'no leader is known';
    }
    const { by, replica } = found;
    if (known === undefined) return this.#oneWay(`it does not hear its leader, ${by}`);
    if (!replica.current || replica.active / NS_A_MS >= performance.now() - this.#startedAt)
      return this.#oneWay(`its leader, ${known}, does not hear it`);
    this.#oneWaySince = undefined;
    return undefined;
  }

  #oneWay(reason: string): string {
    const { name, patienceMs = PATIENCE_MS } = this.#options;
    const now = performance.now();
    this.#oneWaySince ??= now;
    if (now - this.#oneWaySince >= patienceMs) throw new OneWayServerError(`${name} has to start again: ${reason}.`);
    return reason;
  }
}

/** @returns undefined where it can't be had */
async function readMetaGroup(monitorUrl: string): Promise<MetaGroup | undefined> {
  try {
    const answer = await fetch(`${monitorUrl}/jsz`, { signal: AbortSignal.timeout(ASK_TIMEOUT_MS) });
    return ((await answer.json()) as { meta_cluster?: MetaGroup }).meta_cluster;
  } catch {
    return undefined;
  }
}
