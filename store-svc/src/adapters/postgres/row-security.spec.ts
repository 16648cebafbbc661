import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres } from '@vigie/dev-env/testing';
import { asTenant } from '@vigie/postgres';
import { expect } from 'chai';
import { recordArrivals } from '../../application/record-arrival.ts';
import { openPostgresStore, type PostgresStore } from '../../testing/postgres-store.ts';
import { arrivalOf, receivedAlert } from '../../testing/sample-alerts.ts';

describe('what store-svc does for a tenant, in Postgres', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let opened: PostgresStore;
  const asAcme = <T>(statement: string) =>
    asTenant(opened.orm, { role: 'vigie_store_tenant', tenant: 'acme' }, em => em.execute(statement) as Promise<T>);

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    opened = await openPostgresStore(teardown, postgres);
    for (const tenant of ['acme', 'default']) {
      const received = receivedAlert(`of-${tenant}`, { tenant, labels: { camera: tenant } });
      await recordArrivals(opened.stores.of(tenant), [arrivalOf(received)]);
      await queryPostgres(
        postgres.url,
        `insert into quarantined_alerts (tenant, id, state, store, failure_code, failure_message, attempts, redrives,
           received_at, quarantined_at, trace_id, subject, sequence, payload)
         values ($1, $1, 'HELD', 's', 'INTERNAL', 'why', 20, 0, now(), now(), '', '', 1, '')`,
        [tenant],
      );
    }
    await queryPostgres(postgres.url, 'select fold_alert_counts()');
  });
  after(() => teardown.disposeAsync());

  for (const table of [
    'alerts',
    'retired_alerts',
    'quarantined_alerts',
    'alert_counts',
    'alert_totals',
    'alert_count_changes',
  ]) {
    it(`sees the tenant's rows of ${table} alone, also where a statement forgets to say so`, async () => {
      const others = await asAcme<object[]>(`select tenant from ${table} where tenant <> 'acme'`);
      expect(others).to.deep.equal([]);
      const [{ count } = { count: '' }] = await asAcme<{ count: string }[]>(`select count(*) from ${table}`);
      const [own] = await queryPostgres(postgres.url, `select count(*) from ${table} where tenant = 'acme'`);
      expect(count).to.equal(own?.count);
    });
  }

  it('finds labels of the tenant alone, by whatever function', async () => {
    const find = (camera: string) => asAcme<object[]>(`select uid from labelled_alerts('{camera=${camera}}')`);
    expect(await find('acme')).to.deep.equal([{ uid: 'of-acme' }]);
    expect(await find('default')).to.deep.equal([]);
  });

  for (const statement of [
    `insert into alerts select (jsonb_populate_record(a, '{"tenant": "default", "uid": "x"}')).* from alerts as a`,
    `update alerts set tenant = 'default'`,
    'select from idempotency_keys',
    'select from maintenance',
    'delete from alerts',
    'update alert_counts set alerts = 0',
    'update alert_totals set alerts = 0',
  ]) {
    it(`can't ${statement}`, async () => {
      expect(await asAcme(statement).catch(error => error)).to.have.property('code', '42501');
    });
  }
});
