import { type Alert, alertKey, isFinished } from '@vigie/alert';
import { mapGroups } from '@vigie/service-kit/async';
import type { AlertMessage } from '../domain/alert-message.ts';
import { findLostWork, type LostWork } from '../domain/find-lost-work.ts';
import { ReportedOutcomes } from '../domain/reported-outcomes.ts';
import type { KnownAlert } from '../domain/retired-alert.ts';
import type { AlertJournal } from '../ports/alert-journal.ts';
import type { AlertStores } from '../ports/alert-store.ts';
import type { DeadLetterQueue } from '../ports/dead-letter-queue.ts';
import type { EventStart, OutcomeJournal } from '../ports/outcome-journal.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';
import type { RecordAlert } from './record-alert.ts';

/** A page is read with one statement for its rows. */
const PAGE_SIZE = 500;

export interface SweepMessagesParts {
  readonly alertJournal: AlertJournal;
  readonly outcomeJournal: OutcomeJournal;
  readonly stores: Pick<AlertStores, 'of'>;
  readonly quarantine: Pick<QuarantineStore, 'has'>;
  readonly deadLetters: DeadLetterQueue;
  readonly recordAlert: RecordAlert;
}

export interface SweepRange {
  /** The first position, inclusive. */
  readonly from: number;
  /** The last position, inclusive. */
  readonly through: number;
  /** Ends before a message that was received later than this. */
  readonly receivedBefore: Date;
}

/** What was lost, and is put right. */
export interface FoundLost {
  readonly kind: LostWork;
  readonly message: AlertMessage;
}

/** After a page: what it had lost, and its last position. */
export interface SweptPage {
  readonly found: readonly FoundLost[];
  readonly through: number;
}

/**
 * Goes through messages that every consumer has finished, and does again what is missing of their work: a message
 * without a row is recorded as if it were delivered, an outcome that nothing reports is reported.
 */
export class SweepMessages {
  readonly #parts: SweepMessagesParts;
  #reported = new ReportedOutcomes();

  constructor(parts: SweepMessagesParts) {
    this.#parts = parts;
  }

  /** Each page that is yielded is put right. @throws the error of the first message that can't be put right now */
  async *sweep({ from, through, receivedBefore }: SweepRange): AsyncIterable<SweptPage> {
    // Read after the caller has learnt which messages are finished: what reports their outcomes is there by now.
    if (this.#reported.through !== undefined) await this.#readEvents({ behind: this.#reported.through });
    for await (const page of this.#parts.alertJournal.read(from, through, PAGE_SIZE)) {
      const messages = page.filter(({ receivedAt }) => receivedAt < receivedBefore);
      const [first, last] = [messages[0], messages.at(-1)];
      if (first === undefined || last === undefined) return;
      if (this.#reported.through === undefined) await this.#readEvents({ since: first.receivedAt });
      yield { found: await this.#putRight(messages), through: last.sequence };
      if (messages.length < page.length) return;
    }
  }

  /** Another process goes on. */
  forget(): void {
    this.#reported = new ReportedOutcomes();
  }

  forgetThrough(sequence: number): void {
    this.#reported.forgetThrough(sequence);
  }

  async #readEvents(start: EventStart): Promise<void> {
    this.#reported.add(await this.#parts.outcomeJournal.read(start));
  }

  async #putRight(messages: readonly AlertMessage[]): Promise<FoundLost[]> {
    const rows = await this.#findRows(messages.flatMap(alertsOf));
    const quarantined = await this.#parts.quarantine.has(messages.map(({ quarantineId }) => quarantineId));
    const found = messages.flatMap((message): FoundLost[] => {
      const kind = findLostWork(message, {
        row: alertsOf(message).map(alert => rows.get(alertKey(alert)))[0],
        isQuarantined: quarantined.has(message.quarantineId),
        isReported: this.#reported.has(message),
      });
      return kind === undefined ? [] : [{ kind, message }];
    });
    // One after the other, in the order of the stream: of two that are missing the first has to be current.
    for (const { kind, message } of found) await (kind === 'ROW' ? this.#record(message) : this.#report(message));
    return found;
  }

  /** @returns by `alertKey` */
  async #findRows(alerts: readonly Alert[]): Promise<ReadonlyMap<string, KnownAlert | undefined>> {
    const { stores } = this.#parts;
    return new Map(
      await mapGroups(
        alerts,
        ({ tenant }) => tenant,
        async (ofTenant, tenant) => {
          const rows = await stores.of(tenant).find([...new Set(ofTenant.map(({ uid }) => uid))]);
          return ofTenant.map(alert => [alertKey(alert), rows.get(alert.uid)] as const);
        },
      ),
    );
  }

  async #record(message: AlertMessage): Promise<void> {
    const recorded = await this.#parts.recordAlert(message);
    if (recorded.kind === 'redeliver') throw recorded.error;
  }

  async #report(message: AlertMessage): Promise<void> {
    const { stores, outcomeJournal, deadLetters } = this.#parts;
    const [alert] = alertsOf(message);
    const record = alert && (await stores.of(alert.tenant).get(alert.uid));
    // It may have got another outcome meanwhile, which its finder reports.
    if (record === undefined || !isFinished(record) || record.sequence !== message.sequence) return;
    if (record.outcome.status === 'QUARANTINED') await deadLetters.putMessage(message, record.outcome.failure);
    else await outcomeJournal.publishAgain(record);
  }
}

function alertsOf({ content }: AlertMessage): [Alert] | [] {
  return content.kind === 'alert' ? [content.alert] : [];
}
