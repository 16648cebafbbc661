import { type Backoff, backoffDelayMs } from '@vigie/service-kit/async';
import type { AlertDelivery } from '../domain/alert-delivery.ts';
import type { FairSlots } from '../domain/fair-slots.ts';
import type { Stay, WaitingRoom } from '../domain/waiting-room.ts';
import type { ProbeAlert, ProbedAlert } from './probe-alert.ts';

/** Its store holds the others up, and has to wait elsewhere: nothing was tried. */
export interface PutOff {
  readonly kind: 'put-off';
  readonly delayMs: number;
}

/** Probes an alert when it is its store's turn. Rejects with the signal's reason on abort. */
export type ProbeInTurn = (delivery: AlertDelivery, signal?: AbortSignal) => Promise<ProbedAlert | PutOff>;

export interface ProbeInTurnParts {
  readonly probeAlert: ProbeAlert;
  /** For those that are probed. */
  readonly slots: FairSlots;
  /** For those that wait for it, too. */
  readonly room: WaitingRoom;
}

/** Soon enough for a video server that is back, and growing: a hundred thousand alerts must not go round in circles. */
const PUT_OFF: Backoff = { baseMs: 2_000, maxMs: 60_000 };
/** How often a waiting alert looks whether its store holds the others up by now. */
const LOOK_MS = 500;
const CROWDED_OUT = Symbol('crowded out');

export function createProbeInTurn({ probeAlert, slots, room }: ProbeInTurnParts): ProbeInTurn {
  return async (delivery, signal) => {
    const { store } = delivery.alert;
    using stay = room.enter(store);
    using slot = await takeSlot(store, stay, signal);
    if (slot === undefined) return { kind: 'put-off', delayMs: backoffDelayMs(PUT_OFF, delivery.attempts) };
    using _probe = stay.beginProbe();
    return await probeAlert(delivery, signal);
  };

  async function takeSlot(store: string, stay: Stay, signal: AbortSignal | undefined): Promise<Disposable | undefined> {
    signal?.throwIfAborted();
    if (stay.isCrowdingOut()) return undefined;
    return slots.tryTake(store) ?? (await waitForSlot(store, stay, signal));
  }

  async function waitForSlot(
    store: string,
    stay: Stay,
    signal: AbortSignal | undefined,
  ): Promise<Disposable | undefined> {
    const waiting = new AbortController();
    const onAbort = (): void => waiting.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const look = setInterval(() => {
      if (stay.isCrowdingOut()) waiting.abort(CROWDED_OUT);
    }, LOOK_MS);
    try {
      return await slots.take(store, waiting.signal);
    } catch (error) {
      if (error === CROWDED_OUT) return undefined;
      throw error;
    } finally {
      clearInterval(look);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
