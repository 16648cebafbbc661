import { pause } from '@vigie/service-kit/async';
import type { AlertMessage } from '../domain/alert-message.ts';
import { type AlertStreamState, judgeStream, type KnownPositions, type StreamVerdict } from '../domain/judge-stream.ts';
import type { AlertJournal } from '../ports/alert-journal.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import type { AlertStream } from '../ports/alert-stream.ts';
import type { MaintenanceLease } from '../ports/maintenance-lease.ts';
import type { PositionReports } from '../ports/position-reports.ts';
import type { RecordAlert } from './record-alert.ts';
import type { ReviveAlerts } from './revive-alerts.ts';

const PAGE_SIZE = 500;
/** Longer than a page takes. */
const HOLD_MS = 30_000;
/** Longer than a message that was accepted before the stream was closed takes to be in it. */
const SETTLED_MS = 1_000;
/**
 * A leader that was just elected, or that was cut off and doesn't know yet that there is another one, says for a moment
 * that the stream is shorter than it is. One that has messages counts as lost once it has been judged so this often.
 */
const SAME_VERDICTS = 3;

export interface KeepPositionsParts {
  readonly stream: AlertStream;
  readonly stores: Pick<AlertStores, 'lastPosition'>;
  readonly lease: MaintenanceLease;
  readonly alertJournal: Pick<AlertJournal, 'read'>;
  /** Records a message, whichever rows it displaces. */
  readonly recordAlert: RecordAlert;
  readonly reviveAlerts: ReviveAlerts;
  readonly reports: PositionReports;
}

/**
 * Keeps the positions in the stream of alerts after all that rows have, because they decide which of two alerts, or of
 * two outcomes, is the later one. A stream that was lost and created again, or restored from an earlier time, begins
 * with positions that rows have already. It takes no more messages then. Those that it has are recorded as if they came
 * after all that rows have; then they are removed, the stream goes on after the rows, and whatever waits for an outcome
 * is published again. Each step may be done again, so a crash in between only repeats work.
 */
export class KeepPositions {
  readonly #parts: KeepPositionsParts;
  readonly #current = Promise.withResolvers<void>();
  #sameVerdicts: { readonly verdict: StreamVerdict; readonly times: number } | undefined;

  constructor(parts: KeepPositionsParts) {
    this.#parts = parts;
  }

  /** Resolves once the stream fits the rows for the first time. */
  get current(): Promise<void> {
    return this.#current.promise;
  }

  /** Whether the stream fits the rows now. */
  async isCurrent(): Promise<boolean> {
    return (await this.#judge()).verdict === 'CURRENT';
  }

  /** Judges the stream, and does what one step of it takes to make it fit. */
  async check(signal: AbortSignal): Promise<void> {
    const { verdict, known, state } = await this.#judge();
    this.#sameVerdicts = { verdict, times: this.#sameVerdicts?.verdict === verdict ? this.#sameVerdicts.times + 1 : 1 };
    const isLost = verdict === 'REPLACED' || verdict === 'BEHIND';
    if (isLost && state.messages > 0 && this.#sameVerdicts.times < SAME_VERDICTS) return;
    this.#parts.reports.judged(verdict, known, state);
    switch (verdict) {
      case 'CURRENT':
        return this.#current.resolve();
      case 'UNNAMED':
        await this.#open(state);
        break;
      case 'CLOSED':
        if ((await this.#parts.lease.hold(HOLD_MS)) === undefined) return;
        await this.#open(state);
        break;
      case 'REPLACED':
      case 'BEHIND':
        if ((await this.#parts.lease.hold(HOLD_MS)) === undefined) return;
        await this.#move(signal);
        break;
    }
    if (await this.isCurrent()) await this.check(signal);
  }

  async #judge(): Promise<{ verdict: StreamVerdict; known: KnownPositions; state: AlertStreamState }> {
    const { lease, stores, stream } = this.#parts;
    const known = { identity: await lease.streamIdentity(), last: await stores.lastPosition() };
    const state = await stream.state();
    return { verdict: judgeStream(known, state), known, state };
  }

  async #open({ identity = crypto.randomUUID() }: AlertStreamState): Promise<void> {
    await this.#parts.stream.open(await this.#parts.lease.nameStream(identity));
  }

  async #move(signal: AbortSignal): Promise<void> {
    const { stream, stores, lease, reports } = this.#parts;
    await stream.close();
    const { state, rescued } = await this.#rescueAll(signal);
    if (signal.aborted) return;
    const last = Math.max(state.lastSequence, await stores.lastPosition());
    if (state.messages > 0 || state.lastSequence < last) await stream.moveTo(last + 1);
    const identity = crypto.randomUUID();
    await lease.replaceStream(identity, last);
    await stream.open(identity);
    reports.moved(last + 1, rescued);
    await this.#revive(last);
  }

  /** Records all that the closed stream has; again if it could not be read to its end, or more came in meanwhile. */
  async #rescueAll(signal: AbortSignal): Promise<{ state: AlertStreamState; rescued: number }> {
    while (true) {
      await pause(SETTLED_MS, signal);
      const { firstSequence, lastSequence } = await this.#parts.stream.state();
      const rescued = await this.#rescue(firstSequence, lastSequence, signal);
      const state = await this.#parts.stream.state();
      const isAll = state.lastSequence === lastSequence && rescued >= state.messages;
      if (isAll || signal.aborted) return { state, rescued };
    }
  }

  async #rescue(from: number, through: number, signal: AbortSignal): Promise<number> {
    const { stores, lease, alertJournal } = this.#parts;
    let position = Math.max(through, await stores.lastPosition());
    let rescued = 0;
    for await (const page of alertJournal.read(from, through, PAGE_SIZE)) {
      await Promise.all(page.map(message => this.#record({ ...message, position: ++position })));
      rescued += page.length;
      await lease.hold(HOLD_MS);
      if (signal.aborted) break;
    }
    return rescued;
  }

  async #record(message: AlertMessage): Promise<void> {
    const recorded = await this.#parts.recordAlert(message);
    if (recorded.kind === 'redeliver') throw recorded.error;
  }

  /** Nothing is left in the stream that alerts could get their outcomes from which were recorded before. */
  async #revive(through: number): Promise<void> {
    const filter = { finishedThrough: through, firstSequence: through + 1, receivedBefore: new Date(0) };
    for await (const _ of this.#parts.reviveAlerts(filter));
  }
}
