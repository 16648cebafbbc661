import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Attempt, KeptAnswer } from '../../domain/keyed-request.ts';
import { openPostgresStore } from '../../testing/postgres-store.ts';
import { M0011IdempotencyKeys } from './migrations/m0011-idempotency-keys.ts';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.ts';

const LONG_MS = 3_600_000;
const ONE = fingerprint('one request');
const OTHER = fingerprint('another');
const ANSWER: KeptAnswer = { status: 202, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}\n') };
const NEVER = new AbortController().signal;

function fingerprint(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function attempt(of: Partial<Attempt> = {}): Attempt {
  return { caller: '', key: randomUUID(), leaseId: randomUUID(), ...of };
}

describe('PostgresIdempotencyKeys', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let orm: MikroORM;
  let keys: PostgresIdempotencyKeys;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    ({ orm } = await openPostgresStore(teardown, postgres));
    keys = new PostgresIdempotencyKeys(orm, LONG_MS);
  });
  after(() => teardown.disposeAsync());

  const again = ({ caller, key }: Attempt): Attempt => attempt({ caller, key });
  const kindOf = async (of: Attempt, print = ONE, leaseMs = LONG_MS) => (await keys.begin(of, print, leaseMs)).kind;
  const countRows = async ({ key }: Attempt) =>
    (await queryPostgres(postgres.url, 'select from idempotency_keys where key = $1', [key])).length;

  it('lets a request begin, and has its repeats wait until it is answered', async () => {
    const first = attempt();
    expect(await kindOf(first)).to.equal('BEGUN');
    expect(await kindOf(again(first))).to.equal('IN_PROGRESS');
    await keys.finish(first, ANSWER);
    for (let repeats = 0; repeats < 2; repeats++) {
      expect(await keys.begin(again(first), ONE, LONG_MS)).to.deep.equal({ kind: 'ANSWERED', answer: ANSWER });
    }
  });

  it('lets one of many begin that come at once, however often each is tried', async () => {
    for (let rounds = 0; rounds < 20; rounds++) {
      const { key } = attempt();
      const attempts = Array.from({ length: 8 }, () => attempt({ key }));
      const kinds = await Promise.all(attempts.map(each => kindOf(each)));
      expect(kinds.filter(kind => kind === 'BEGUN')).to.have.lengthOf(1);
      expect(kinds.filter(kind => kind === 'IN_PROGRESS')).to.have.lengthOf(7);
    }
  });

  it('lets one of many begin that come at once when the key is free again', async () => {
    for (let rounds = 0; rounds < 20; rounds++) {
      const first = attempt();
      await kindOf(first);
      const repeats = Array.from({ length: 6 }, () => again(first));
      const [, , ...kinds] = await Promise.all([
        keys.release(first),
        keys.forgetExpired(NEVER),
        ...repeats.map(each => kindOf(each)),
      ]);
      // All of them may have come before the release.
      expect(kinds.filter(kind => kind === 'BEGUN').length).to.be.at.most(1);
      const last = again(first);
      expect(await kindOf(last)).to.equal(kinds.includes('BEGUN') ? 'IN_PROGRESS' : 'BEGUN');
    }
  });

  it('takes an attempt that begins twice, as its call was retried, for one', async () => {
    const first = attempt();
    expect([await kindOf(first), await kindOf(first)]).to.deep.equal(['BEGUN', 'BEGUN']);
    await keys.finish(first, ANSWER);
    await keys.finish(first, { ...ANSWER, status: 500 });
    expect(await keys.begin(first, ONE, LONG_MS)).to.deep.equal({ kind: 'ANSWERED', answer: ANSWER });
  });

  it('tells another request with the key, under way or answered', async () => {
    const first = attempt();
    await kindOf(first);
    expect(await kindOf(again(first), OTHER)).to.equal('OTHER_REQUEST');
    await keys.finish(first, ANSWER);
    expect(await kindOf(again(first), OTHER)).to.equal('OTHER_REQUEST');
    expect(await kindOf(again(first))).to.equal('ANSWERED');
  });

  it('keeps the same key of two callers apart', async () => {
    const first = attempt({ caller: 'one' });
    expect(await kindOf(first)).to.equal('BEGUN');
    expect(await kindOf({ ...again(first), caller: 'other' }, OTHER)).to.equal('BEGUN');
  });

  it('lets the same request begin once the lease has run out, and takes no answer of the attempt that was late', async () => {
    const died = attempt();
    expect(await kindOf(died, ONE, 1)).to.equal('BEGUN');
    const next = again(died);
    await waitFor('the end of the lease', async () => (await kindOf(next)) === 'BEGUN' || undefined);
    await keys.finish(died, { ...ANSWER, status: 500 });
    await keys.release(died);
    expect(await kindOf(again(died))).to.equal('IN_PROGRESS');
    await keys.finish(next, ANSWER);
    expect(await keys.begin(again(died), ONE, LONG_MS)).to.deep.include({ answer: ANSWER });
  });

  it('lets no other request have the key of one whose lease has run out', async () => {
    const died = attempt();
    await kindOf(died, ONE, 1);
    await waitFor('the end of the lease', async () => {
      const [row] = await queryPostgres(
        postgres.url,
        'select leased_until < now() as over from idempotency_keys where key = $1',
        [died.key],
      );
      return row?.over === true || undefined;
    });
    expect(await kindOf(again(died), OTHER)).to.equal('OTHER_REQUEST');
  });

  it('leaves a key that was released to any request', async () => {
    const first = attempt();
    await kindOf(first);
    await keys.release(first);
    const other = again(first);
    expect(await kindOf(other, OTHER)).to.equal('BEGUN');
    await keys.finish(other, ANSWER);
    await keys.release(other);
    expect(await kindOf(again(first), OTHER)).to.equal('ANSWERED');
  });

  it('shows no answer once its time is over, and forgets the key', async () => {
    const brief = new PostgresIdempotencyKeys(orm, 1);
    const [expired, kept] = [attempt(), attempt()];
    await keys.begin(expired, ONE, LONG_MS);
    await keys.begin(kept, ONE, LONG_MS);
    await brief.finish(expired, ANSWER);
    await keys.finish(kept, ANSWER);
    const next = again(expired);
    await waitFor('the end of the window', async () => (await kindOf(next, OTHER)) === 'BEGUN' || undefined);
    await brief.finish(next, ANSWER);
    await waitFor('the row to be gone', async () => {
      await keys.forgetExpired(NEVER);
      return (await countRows(expired)) === 0 || undefined;
    });
    expect(await countRows(kept)).to.equal(1);
  });

  it('forgets however many have expired', async () => {
    await queryPostgres(
      postgres.url,
      `insert into idempotency_keys (caller, key, fingerprint, lease_id, leased_until, expires_at)
       select 'many', n::text, '', gen_random_uuid(), now(), '-infinity' from generate_series(1, 1200) as n`,
    );
    await keys.forgetExpired(AbortSignal.abort());
    const left = () => queryPostgres(postgres.url, `select from idempotency_keys where caller = 'many'`);
    expect(await left()).to.have.lengthOf(1_200);
    await keys.forgetExpired(NEVER);
    expect(await left()).to.have.lengthOf(0);
  });

  it('keeps a key while its request is under way, however short the window is', async () => {
    const brief = new PostgresIdempotencyKeys(orm, 1);
    const first = attempt();
    await brief.begin(first, ONE, LONG_MS);
    await keys.forgetExpired(NEVER);
    expect(await kindOf(again(first))).to.equal('IN_PROGRESS');
  });

  it('gives any answer back as it was', async () => {
    const answers = fc.record({
      status: fc.integer({ min: 200, max: 599 }),
      headers: fc.dictionary(fc.stringMatching(/^[a-z-]+$/), fc.string({ unit: 'grapheme-ascii' })),
      body: fc.option(fc.uint8Array({ maxLength: 2_000 }).map(Buffer.from), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(answers, fc.stringMatching(/^[!-~]{1,255}$/), async (answer, key) => {
        const first = attempt({ key: `${randomUUID()}${key}`.slice(0, 255) });
        await kindOf(first);
        await keys.finish(first, answer);
        const { answer: found } = (await keys.begin(again(first), ONE, LONG_MS)) as { answer: KeptAnswer };
        expect({ ...found, headers: { ...found.headers } }).to.deep.equal({
          ...answer,
          headers: { ...answer.headers },
        });
      }),
      { numRuns: 50 },
    );
    const large = { ...ANSWER, body: randomBytes(1024 * 1024) };
    const first = attempt();
    await kindOf(first);
    await keys.finish(first, large);
    expect(await keys.begin(again(first), ONE, LONG_MS)).to.deep.equal({ kind: 'ANSWERED', answer: large });
  });

  it('has a table that goes and comes with its migration', async () => {
    for (const direction of ['down', 'up'] as const) {
      const migration = new M0011IdempotencyKeys(orm.em.getDriver(), orm.config);
      migration[direction]();
      for (const sql of migration.getQueries()) await queryPostgres(postgres.url, String(sql));
    }
    expect(await kindOf(attempt())).to.equal('BEGUN');
  });
});
