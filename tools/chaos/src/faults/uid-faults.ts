import { pause } from '@vigie/service-kit/async';
import type { ChaosVideo } from '../chaos-videos.ts';
import type { Client } from '../clients/client.ts';
import type { EntryPoints } from '../clients/entry-points.ts';
import { newAlert } from '../clients/load.ts';
import type { Fault } from './fault.ts';

export interface UidFaultParts {
  readonly client: Client;
  readonly entryPoints: EntryPoints;
  readonly video: ChaosVideo;
  readonly other: ChaosVideo;
  /** Names nobody else gives. */
  readonly uid: string;
  /** Takes what goes on after the fault. */
  readonly background: (work: Promise<unknown>) => void;
  readonly duplicateWindowMs: number;
}

const STORM_SIZE = 1_000;
const CLASHES = 20;
/** Beyond the duplicate window, by more than clocks and queues differ. */
const WINDOW_SLACK_MS = 1_000;

/** One alert a thousand times at once, and again once the streams have forgotten it. */
export function duplicateStorm(parts: UidFaultParts): Fault {
  const { client, entryPoints, video, uid, background, duplicateWindowMs } = parts;
  const alert = newAlert(uid, video);
  const ways = [entryPoints.rest, entryPoints.grpc, entryPoints.stream];

  const storm = () =>
    Promise.all(
      Array.from({ length: STORM_SIZE }, (_, index) => {
        return client.deliver(ways[index % ways.length] as (typeof ways)[number], alert, video);
      }),
    );

  return {
    async inject() {
      await storm();
      background(pause(duplicateWindowMs + WINDOW_SLACK_MS).then(storm));
    },
    heal: async () => {},
  };
}

/** Two different alerts with one uid at the same time, through different entry points, some twenty times. */
export function uidClash({ client, entryPoints, video, other, uid }: UidFaultParts): Fault {
  return {
    async inject() {
      await Promise.all(
        Array.from({ length: CLASHES }, (_, index) => {
          const alert = newAlert(`${uid}-${index}`, video);
          return Promise.all([
            client.deliver(entryPoints.rest, alert, video),
            client.deliver(entryPoints.stream, { ...alert, video: other.path, store: 'clash' }, other),
          ]);
        }),
      );
    },
    heal: async () => {},
  };
}
