import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import { openPostgresStore } from '../../testing/postgres-store.ts';
import { PostgresMaintenanceLease } from './postgres-maintenance-lease.ts';

const LONG_MS = 3_600_000;

describe('PostgresMaintenanceLease', () => {
  it('has one holder at a time, who may go on holding it, and is free once it is released or has ended', async () => {
    await using teardown = new AsyncDisposableStack();
    const postgres = await scratchPostgres(teardown);
    await postgres.start();
    const { orm } = await openPostgresStore(teardown, postgres);
    const [one, other] = [new PostgresMaintenanceLease(orm), new PostgresMaintenanceLease(orm)] as const;

    expect(await one.hold(LONG_MS)).to.equal(0);
    expect(await one.noteSwept(0, 7)).to.equal(true);
    // The database fell back, or another one went on.
    expect(await one.noteSwept(5, 9)).to.equal(false);
    expect(await one.hold(LONG_MS)).to.equal(7);
    expect(await other.hold(LONG_MS)).to.equal(undefined);
    expect(await other.noteSwept(7, 9)).to.equal(false);
    await other.release();
    expect(await other.hold(LONG_MS)).to.equal(undefined);

    await one.release();
    expect(await other.hold(1)).to.equal(7);
    expect(await waitFor('the end of the lease', () => one.hold(LONG_MS))).to.equal(7);
  });
});
