import type { MikroORM } from '@mikro-orm/postgresql';
import { type AlertRecord, isFinished, type ReceivedAlert, statusOf } from '@vigie/alert';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { recordArrivals } from '../../application/record-arrival.ts';
import { recordOutcomes } from '../../application/record-outcome.ts';
import type { CountFilter } from '../../domain/alert-filter.ts';
import { type AlertSummary, tallyOf } from '../../domain/alert-summary.ts';
import { openPostgresStore } from '../../testing/postgres-store.ts';
import {
  arrivalOf,
  FAILED,
  finishedAlert,
  found,
  foundAgain,
  PROCESSED,
  QUARANTINED,
  receivedAlert,
} from '../../testing/sample-alerts.ts';
import { M0010ReadingAtSize } from './migrations/m0010-reading-at-size.ts';
import { M0013Tenants } from './migrations/m0013-tenants.ts';
import { M0014AlertTotals } from './migrations/m0014-alert-totals.ts';
import { PostgresAlertCounts } from './postgres-alert-counts.ts';
import type { PostgresAlertStore } from './postgres-alert-store.ts';

const HOUR_MICROS = 3_600_000_000;

describe('PostgresAlertCounts', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let orm: MikroORM;
  let store: PostgresAlertStore;
  let counts: PostgresAlertCounts;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    ({ orm, store } = await openPostgresStore(teardown, postgres));
    counts = new PostgresAlertCounts(orm);
  });
  after(() => teardown.disposeAsync());
  beforeEach(() => queryPostgres(postgres.url, 'truncate alerts'));

  /** By reading every row. */
  async function countRows({
    sinceMicros = 0,
    untilMicros = Number.POSITIVE_INFINITY,
    stores,
    statuses,
  }: CountFilter): Promise<AlertSummary> {
    const rows = (await store.list({ stores, statuses }, 10_000)).filter(
      ({ alert: { timestampMicros } }) => timestampMicros >= sinceMicros && timestampMicros < untilMicros,
    );
    const tally = <V extends string>(valuesIn: (row: AlertRecord) => V[]) =>
      tallyOf(
        Map.groupBy(rows.flatMap(valuesIn), value => value)
          .entries()
          .map(([value, { length }]) => ({ value, alerts: length })),
      );
    return {
      alerts: rows.length,
      byStatus: tally(row => [statusOf(row)]),
      byStore: tally(row => [row.alert.store]),
      byFailureCode: tally(row =>
        isFinished(row) && row.outcome.status !== 'PROCESSED' ? [row.outcome.failure.code] : [],
      ),
    };
  }

  it('counts what its rows say, for any window, folded or not', async () => {
    let uids = 0;
    const anAlert = fc
      .record({ minute: fc.integer({ min: 0, max: 14_400 }), store: fc.constantFrom('a', 'b', "it's c") })
      .map(({ minute, store: name }) =>
        receivedAlert(`uid-${++uids}`, { store: name, timestampMicros: (minute * HOUR_MICROS) / 60 + 1 }),
      );
    const anOutcome = fc.constantFrom(PROCESSED, FAILED, QUARANTINED, undefined);
    const aStep = fc.record({
      alerts: fc.array(fc.tuple(anAlert, anOutcome, anOutcome), { minLength: 1, maxLength: 20 }),
      isFolded: fc.boolean(),
    });
    const aMinute = fc.option(fc.integer({ min: 0, max: 14_600 }), { nil: undefined });
    const aFilter = fc.record({
      sinceMicros: aMinute.map(minute => minute && (minute * HOUR_MICROS) / 60),
      untilMicros: aMinute.map(minute => minute && (minute * HOUR_MICROS) / 60),
      stores: fc.constantFrom(undefined, ['a'], ['b', "it's c"]),
      statuses: fc.constantFrom(undefined, ['RECEIVED' as const], ['FAILED' as const, 'QUARANTINED' as const]),
    });
    const generated = fc.tuple(fc.array(aStep, { maxLength: 4 }), fc.array(aFilter, { minLength: 6, maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(generated, async ([steps, filters]) => {
        await queryPostgres(postgres.url, 'truncate alerts');
        for (const { alerts, isFolded } of steps) {
          await recordArrivals(
            store,
            alerts.map(([received]) => arrivalOf(received)),
          );
          for (const [index, wrap] of [found, foundAgain].entries()) {
            const outcomes = alerts.flatMap(([received, ...found]) => {
              const outcome = found[index];
              return outcome === undefined ? [] : [wrap(finishedAlert(received as ReceivedAlert, outcome, index + 1))];
            });
            if (outcomes.length > 0) await recordOutcomes(store, outcomes);
          }
          if (isFolded) await counts.fold();
        }
        for (const filter of filters)
          expect(await counts.summarize('default', filter)).to.deep.equal(await countRows(filter));
      }),
      { numRuns: 25 },
    );
  });

  it('counts a window that ends with the last second of the year 9999, within a span that goes on after it', async () => {
    const lastMicros = Date.parse('9999-12-31T23:59:59Z') * 1e3;
    await recordArrivals(
      store,
      [lastMicros - 1e6, lastMicros].map((timestampMicros, index) =>
        arrivalOf(receivedAlert(`uid-${index}`, { timestampMicros })),
      ),
    );
    for (const isFolded of [false, true]) {
      if (isFolded) await counts.fold();
      expect(await counts.summarize('default', { untilMicros: lastMicros })).to.include({ alerts: 1 });
      expect(await counts.summarize('default', {})).to.include({ alerts: 2 });
    }
  });

  it('counts an alert once that several record at once, while others fold', async () => {
    const alerts = Array.from({ length: 200 }, (_, index) =>
      receivedAlert(`uid-${index}`, { store: `s-${index % 3}` }),
    );
    const record = () =>
      recordArrivals(
        store,
        alerts.map(alert => arrivalOf(alert)),
      );
    const finish = (half: number) =>
      recordOutcomes(
        store,
        alerts.filter((_, index) => index % 2 === half).map(alert => found(finishedAlert(alert))),
      );
    const folding = Array.from({ length: 4 }, () => counts.fold());
    await Promise.all([record(), record(), ...folding]);
    await Promise.all([finish(0), finish(1), finish(0), counts.fold(), counts.fold()]);
    const all = await counts.summarize('default', {});
    expect(all).to.deep.include({ alerts: 200, byStatus: [{ value: 'PROCESSED', alerts: 200 }] });
    await counts.fold();
    expect(await queryPostgres(postgres.url, 'select from alert_count_changes')).to.deep.equal([]);
    expect(await counts.summarize('default', {})).to.deep.equal(all);
  });

  it('counts the rows that were there before its tables, once they are migrated', async () => {
    const alerts = [1, 2, 30].map((hour, index) =>
      receivedAlert(`uid-${index}`, { timestampMicros: hour * HOUR_MICROS + 5 }),
    );
    await recordArrivals(
      store,
      alerts.map(alert => arrivalOf(alert)),
    );
    await recordOutcomes(
      store,
      alerts.slice(1).map(alert => found(finishedAlert(alert, FAILED))),
    );
    for (const [Migration, direction] of [
      [M0014AlertTotals, 'down'],
      [M0013Tenants, 'down'],
      [M0010ReadingAtSize, 'down'],
      [M0010ReadingAtSize, 'up'],
      [M0013Tenants, 'up'],
      [M0014AlertTotals, 'up'],
    ] as const) {
      const migration = new Migration(orm.em.getDriver(), orm.config);
      migration[direction]();
      for (const sql of migration.getQueries()) await queryPostgres(postgres.url, String(sql));
    }
    for (const sinceMicros of [0, 2 * HOUR_MICROS, 2 * HOUR_MICROS + 6]) {
      expect(await counts.summarize('default', { sinceMicros })).to.deep.equal(await countRows({ sinceMicros }));
    }
  });
});
