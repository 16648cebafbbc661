import { DEFAULT_TENANT } from '@vigie/access/tenants';
import type { Alert } from '@vigie/alert';
import { pause } from '@vigie/service-kit/async';
import type { ChaosVideo, ChaosVideos } from '../chaos-videos.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Client } from './client.ts';
import type { EntryPoint } from './entry-point.ts';
import type { EntryPoints } from './entry-points.ts';

export interface LoadParts {
  readonly client: Client;
  readonly entryPoints: EntryPoints;
  readonly videos: ChaosVideos;
  readonly random: SeededRandom;
  readonly alertsPerSecond: number;
  /** From the start, how long alerts are sent whose video is never reached: each is retried for a minute. */
  readonly unreachableMs: number;
}

/** How alerts of the load are sent, as shares. */
const SHARE = {
  bad: 0.08,
  missing: 0.03,
  unreachable: 0.01,
  duplicate: 0.15,
  conflict: 0.02,
  twin: 0.05,
  nats: 0.03,
  junk: 0.01,
  labelled: 0.3,
};
const OTHER_TENANT = 'acme';
const STORES = ['store-1', 'store-2', 'store 3 / Köln', 'store-4'];
/** While the mesh accepts nothing, the load doesn't grow: clients wait for their answers. */
const MAX_UNDER_WAY = 400;
const MAX_LATER_MS = 20_000;
const TICK_MS = 50;

/** Clients that send alerts until they are stopped. */
export class Load {
  readonly #parts: LoadParts;
  readonly #underWay = new Set<Promise<void>>();
  #number = 0;
  #startedAt = 0;

  constructor(parts: LoadParts) {
    this.#parts = parts;
  }

  /** Sends at an even rate until `signal` aborts; resolves once every client has its answer or has given up. */
  async run(signal: AbortSignal): Promise<void> {
    this.#startedAt = performance.now();
    let begun = 0;
    while (!signal.aborted) {
      const due = (this.#elapsedMs / 1_000) * this.#parts.alertsPerSecond;
      for (; begun < due; begun++) {
        if (this.#underWay.size < MAX_UNDER_WAY) this.#begin(this.#sendOne(signal));
      }
      await pause(TICK_MS, signal);
    }
    await Promise.all(this.#underWay);
  }

  #begin(work: Promise<void>): void {
    const done = work.finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** @param signal sends a duplicate at once that was to be sent later */
  async #sendOne(signal: AbortSignal): Promise<void> {
    const { client, entryPoints, random } = this.#parts;
    const number = ++this.#number;
    if (random.chance(SHARE.junk)) {
      return client.deliverJunk(payload => entryPoints.nats.publish('junk', payload), `no alert, number ${number}`);
    }
    const video = this.#pickVideo();
    const labels = random.chance(SHARE.labelled) ? { labels: { number: String(number) } } : {};
    const alert = { ...newAlert(`load-${number}`, video), store: random.pick(STORES), ...labels };
    const again = random.chance(SHARE.duplicate) ? this.#pickEntryPoint() : undefined;
    const rival = random.chance(SHARE.conflict)
      ? { entryPoint: this.#pickEntryPoint(), video: this.#pickVideo() }
      : undefined;
    // Nothing tells the two apart but whose they are.
    if (random.chance(SHARE.twin)) void this.#begin(this.#sendTwin(alert, video));
    const laterMs = random.integer(0, MAX_LATER_MS);
    const accepted = await client.deliver(this.#pickEntryPoint(), alert, video);
    if (again === undefined && rival === undefined) return;
    await pause(laterMs, signal);
    if (again !== undefined) await client.deliver(again, alert, video);
    // Only an accepted alert can be in conflict with a later one.
    if (rival !== undefined && accepted) {
      await client.deliver(rival.entryPoint, { ...alert, video: rival.video.path, store: 'rival' }, rival.video);
    }
  }

  async #sendTwin(alert: Alert, video: ChaosVideo): Promise<void> {
    const { client, entryPoints } = this.#parts;
    await client.deliver(entryPoints.nats, { ...alert, tenant: OTHER_TENANT }, video);
  }

  #pickVideo(): ChaosVideo {
    const { videos, random, unreachableMs } = this.#parts;
    if (random.chance(SHARE.unreachable) && this.#elapsedMs < unreachableMs) return videos.unreachable;
    if (random.chance(SHARE.missing)) return videos.missing;
    return random.pick(random.chance(SHARE.bad) ? videos.bad : videos.good);
  }

  #pickEntryPoint(): EntryPoint {
    const { entryPoints, random } = this.#parts;
    return random.chance(SHARE.nats)
      ? entryPoints.nats
      : random.pick([entryPoints.rest, entryPoints.grpc, entryPoints.stream]);
  }
}

export function newAlert(uid: string, video: ChaosVideo): Alert {
  const timestampMicros = Math.round(Date.now() * 1_000);
  return { tenant: DEFAULT_TENANT, uid, video: video.path, timestampMicros, store: 'store-1' };
}
