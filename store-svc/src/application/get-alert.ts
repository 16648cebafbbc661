import { type Identity, isOfStores } from '@vigie/access';
import { type AlertName, type AlertRecord, isFinished } from '@vigie/alert';
import { type Backoff, backoffDelayMs, pause, Slots } from '@vigie/service-kit/async';
import { isRetired, type Retirement } from '../domain/retired-alert.ts';
import type { AlertStore, AlertStores } from '../ports/alert-store.ts';
import type { OutcomeNotices } from './outcome-notices.ts';

const WHY_NOT_FOUND: Readonly<Record<Retirement | 'NOT_FOUND', string>> = {
  NOT_FOUND: 'There is no alert with this uid.',
  DELETED: 'The alert with this uid was deleted.',
  ARCHIVED: 'The alert with this uid was archived. `npm run archive -- --restore` brings it back.',
};

export class AlertNotFoundError extends Error {
  override readonly name = 'AlertNotFoundError';
  readonly reason: 'ALERT_NOT_FOUND' | 'ALERT_DELETED' | 'ALERT_ARCHIVED';
  readonly uid: string;

  /** @param retirement why there is none any more */
  constructor(uid: string, retirement?: Retirement) {
    super(`${WHY_NOT_FOUND[retirement ?? 'NOT_FOUND']} (${uid})`);
    this.reason = `ALERT_${retirement ?? 'NOT_FOUND'}`;
    this.uid = uid;
  }
}

/** Whose alerts there are to a caller; those of others are none to it. */
export type AlertReader = Pick<Identity, 'tenant' | 'stores'>;

export interface GetAlertOptions {
  /** How long to wait for an alert that has no row or no outcome yet. */
  readonly waitMs?: number;
  /** Ends the wait; its reason is thrown then. */
  readonly signal?: AbortSignal | undefined;
}

export type GetAlert = (uid: string, reader: AlertReader, options?: GetAlertOptions) => Promise<AlertRecord>;

/** Who waits holds a call; there have to be enough for others, also at the gateways. */
const MAX_WAITING = 500;
/** Between two looks at the row, if no notice comes: an alert is usually finished soon, or not for long. */
const LOOKS: Backoff = { baseMs: 50, maxMs: 2_000 };

/**
 * The alert as its row has it. Who waits gets it once it has its outcome, or as it is when the time is up; at once if
 * too many wait already.
 *
 * @throws AlertNotFoundError, DatabaseError
 */
export function createGetAlert(
  alerts: Pick<AlertStores, 'of'>,
  notices: Pick<OutcomeNotices, 'of'>,
  maxWaiting = MAX_WAITING,
): GetAlert {
  const waits = new Slots(maxWaiting);

  return async (uid, { tenant, stores }, { waitMs = 0, signal } = {}) => {
    const store = alerts.of(tenant);
    const look = async (): Promise<AlertRecord | undefined> => {
      const record = await store.get(uid);
      return record !== undefined && isOfStores(record.alert.store, stores) ? record : undefined;
    };
    let record = await look();
    // Nothing is left that says of which store it was.
    if (record === undefined && stores === undefined) await throwIfRetired(store, uid);
    if (waitMs > 0 && !hasOutcome(record)) {
      using slot = waits.tryTake();
      if (slot !== undefined) record = await waitForOutcome({ tenant, uid }, look, waitMs, signal);
    }
    if (record === undefined) throw new AlertNotFoundError(uid);
    return record;
  };

  async function throwIfRetired(store: AlertStore, uid: string): Promise<void> {
    const known = (await store.find([uid])).get(uid);
    if (known !== undefined && isRetired(known)) throw new AlertNotFoundError(uid, known.retirement);
  }

  async function waitForOutcome(
    alert: AlertName,
    look: () => Promise<AlertRecord | undefined>,
    waitMs: number,
    signal: AbortSignal | undefined,
  ): Promise<AlertRecord | undefined> {
    // Keeps the watch open from one look to the next.
    using _ = notices.of(alert);
    const endsAt = performance.now() + waitMs;
    for (let looks = 1; ; looks++) {
      using notice = notices.of(alert);
      // After the notice is asked for: what is found from now on is noticed.
      const record = await look();
      const remainingMs = endsAt - performance.now();
      if (hasOutcome(record) || remainingMs <= 0) return record;
      await Promise.race([notice.found, pause(Math.min(backoffDelayMs(LOOKS, looks), remainingMs), signal)]);
      signal?.throwIfAborted();
    }
  }
}

function hasOutcome(record: AlertRecord | undefined): boolean {
  return record !== undefined && isFinished(record);
}
