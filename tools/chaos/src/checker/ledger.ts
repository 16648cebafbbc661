import { type Alert, alertKey, contentKey } from '@vigie/alert';
import type { ExpectedEnd } from '../chaos-videos.ts';

/** One content that was sent with a uid of a tenant, as often as it was. */
export interface SentAlert {
  readonly alert: Alert;
  readonly end: ExpectedEnd;
  readonly firstSentAt: number;
  /** When a client first got the answer that it is accepted; undefined if none did, though the mesh may have it. */
  acceptedAt: number | undefined;
}

/** A message that is no alert, published by hand. */
export interface SentJunk {
  readonly payload: string;
  accepted: boolean;
}

/** What the clients know: all that was sent, and how the mesh answered. */
export class Ledger {
  readonly #sent = new Map<string, Map<string, SentAlert>>();
  readonly #junk = new Map<string, SentJunk>();
  readonly #refusals = new Map<string, number>();
  #attempts = 0;

  /** Before an alert leaves the client. */
  noteSent(alert: Alert, end: ExpectedEnd): void {
    this.#attempts++;
    const name = alertKey(alert);
    const contents = this.#sent.get(name) ?? new Map<string, SentAlert>();
    this.#sent.set(name, contents);
    const key = contentKey(alert);
    if (contents.has(key)) return;
    contents.set(key, { alert, end, firstSentAt: performance.now(), acceptedAt: undefined });
  }

  noteAccepted(alert: Alert): void {
    const sent = this.#sent.get(alertKey(alert))?.get(contentKey(alert));
    if (sent === undefined) throw new Error(`${alertKey(alert)} was accepted and never sent.`);
    sent.acceptedAt ??= performance.now();
  }

  noteRefused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  noteJunkSent(payload: string): void {
    this.#attempts++;
    if (!this.#junk.has(payload)) this.#junk.set(payload, { payload, accepted: false });
  }

  noteJunkAccepted(payload: string): void {
    const junk = this.#junk.get(payload);
    if (junk !== undefined) junk.accepted = true;
  }

  /** By `alertKey`; of one in the order in which they were first sent. */
  get sent(): ReadonlyMap<string, readonly SentAlert[]> {
    return new Map([...this.#sent].map(([name, contents]) => [name, [...contents.values()]]));
  }

  get junk(): readonly SentJunk[] {
    return [...this.#junk.values()];
  }

  /** How often a send was refused or unanswered, by code. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** Sends, duplicates and retries included. */
  get attempts(): number {
    return this.#attempts;
  }

  get acceptedUids(): number {
    const isAccepted = ({ acceptedAt }: SentAlert): boolean => acceptedAt !== undefined;
    return [...this.#sent.values()].filter(contents => [...contents.values()].some(isAccepted)).length;
  }
}
