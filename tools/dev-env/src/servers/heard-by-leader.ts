import { DevEnvError } from '../dev-env-error.ts';

/** A nats-server that hears its cluster and isn't heard by it; only a restart cures that. */
export class MuteServerError extends DevEnvError {}

interface HeardByLeaderOptions {
  /** Of the server that is to be heard. */
  readonly name: string;
  readonly monitorUrl: string;
  /** Of all members. */
  readonly monitorUrls: readonly string[];
  readonly muteAfterMs?: number;
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
const MUTE_AFTER_MS = 10_000;
const ASK_TIMEOUT_MS = 2_000;
const NS_A_MS = 1e6;

/**
 * Whether the leader of a cluster hears one member.
 *
 * nats-server 2.10 can start mute (docs/adr/0020): the queue that its Raft groups send from looks its account up, which
 * another goroutine stores a moment later. A server that loses this race sends no vote, no answer and no request to be
 * caught up until it ends. Its own `/healthz` says "JetStream is not current with the meta leader" for as long, or even
 * that all is well where it has missed nothing.
 */
export class HeardByLeader {
  readonly #options: HeardByLeaderOptions;
  #startedAt = performance.now();
  #unheardSince: number | undefined;

  constructor(options: HeardByLeaderOptions) {
    this.#options = options;
  }

  /** To be called before the server starts: what the leader heard of it earlier proves nothing. */
  reset(): void {
    this.#startedAt = performance.now();
    this.#unheardSince = undefined;
  }

  /**
   * @returns undefined if it is heard, else why not
   * @throws MuteServerError if it has known the leader for long and still isn't
   */
  async notHeard(): Promise<string | undefined> {
    const { name, monitorUrl, monitorUrls, muteAfterMs = MUTE_AFTER_MS } = this.#options;
    const leader = (await readMetaGroup(monitorUrl))?.leader;
    if (leader === name) return undefined;
    const groups = leader === undefined ? [] : await Promise.all(monitorUrls.map(readMetaGroup));
    const replica = groups.flatMap(group => group?.replicas ?? []).find(replica => replica.name === name);
    if (replica === undefined) {
      this.#unheardSince = undefined;
      return 'no leader is known';
    }
    const now = performance.now();
    if (replica.current && replica.active / NS_A_MS < now - this.#startedAt) {
      this.#unheardSince = undefined;
      return undefined;
    }
    this.#unheardSince ??= now;
    const reason = `its leader, ${leader}, does not hear it`;
    if (now - this.#unheardSince >= muteAfterMs) throw new MuteServerError(`${name} is mute: ${reason}.`);
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
