import { createClient } from '@connectrpc/connect';
import { AlertService } from '@vigie/proto/vigie/alert/v1/alert_service_pb.ts';
import { pause } from '@vigie/service-kit/async';
import { ChannelTransport } from '@vigie/service-kit/grpc';
import type { MeshUnderTest } from '../mesh-under-test.ts';
import { STORES } from './watch-filters.ts';

/** How long each call took, in ms. */
export interface CallTimes {
  readonly createAlert: readonly number[];
  readonly getAlert: readonly number[];
}

const ALERTS_PER_SECOND = 25;
const READS_PER_ALERT = 2;
const CALL_TIMEOUT_MS = 60_000;
const VIDEO = '/videos/mp4-faststart.mp4';

/** Sends alerts through the gateway at a steady pace, of each store in turn, and reads them. */
export class AlertFlow implements Disposable {
  readonly #transport: ChannelTransport;
  readonly #client;
  #sent = 0;

  constructor(mesh: MeshUnderTest) {
    const address = new URL(mesh.gatewayUrl).host;
    this.#transport = new ChannelTransport({ address, services: [AlertService], defaultTimeoutMs: CALL_TIMEOUT_MS });
    this.#client = createClient(AlertService, this.#transport);
  }

  /** @returns the time that each call took, and the uids of the alerts by their stores */
  async run(seconds: number): Promise<{ times: CallTimes; uidsByStore: Record<string, string[]> }> {
    const times = { createAlert: [] as number[], getAlert: [] as number[] };
    const uidsByStore: Record<string, string[]> = {};
    const startedAt = performance.now();
    const calls: Promise<unknown>[] = [];
    for (let index = 0; index < seconds * ALERTS_PER_SECOND; index++) {
      await pause(Math.max(0, startedAt + (index * 1_000) / ALERTS_PER_SECOND - performance.now()));
      const store = STORES[this.#sent % STORES.length] as string;
      const uid = `watched-${String(this.#sent++).padStart(8, '0')}`;
      uidsByStore[store] = [...(uidsByStore[store] ?? []), uid];
      const alert = { uid, video: VIDEO, timestamp: Date.now() / 1_000, store };
      calls.push(this.#sendAndRead(alert, times));
    }
    await Promise.all(calls);
    return { times, uidsByStore };
  }

  async #sendAndRead(
    alert: { readonly uid: string; readonly video: string; readonly timestamp: number; readonly store: string },
    times: { readonly createAlert: number[]; readonly getAlert: number[] },
  ): Promise<void> {
    times.createAlert.push(await timeOf(() => this.#client.createAlert({ alert })));
    // Its row may not be there yet.
    const { uid } = alert;
    const read = () => this.#client.getAlert({ uid }).catch(() => undefined);
    for (let count = 0; count < READS_PER_ALERT; count++) times.getAlert.push(await timeOf(read));
  }

  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }
}

async function timeOf(call: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await call();
  return performance.now() - startedAt;
}
