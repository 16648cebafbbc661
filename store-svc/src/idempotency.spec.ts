import { randomUUID } from 'node:crypto';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { queryPostgres } from '@vigie/dev-env/servers';
import { scratchNats, scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { BadRequestSchema, ErrorInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import {
  IdempotencyService,
  BeginResponse_Kind as Kind,
} from '@vigie/proto/vigie/internal/idempotency/v1/idempotency_service_pb.ts';
import { expect } from 'chai';
import { type RunningStore, runStore, storeEnvironment } from './testing/running-store.ts';

const LEASE = durationFromMs(60_000);
const FINGERPRINT = new Uint8Array(32).fill(7);
const ANSWER = { status: 202, headers: { location: '/v1/alerts/a' }, body: Buffer.from('{}\n') };

describe('IdempotencyService', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: Awaited<ReturnType<typeof scratchPostgres>>;
  let nats: Awaited<ReturnType<typeof scratchNats>>;
  let store: RunningStore;
  let keys: Client<typeof IdempotencyService>;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    nats = await scratchNats(teardown);
    await Promise.all([postgres.start(), nats.start()]);
    store = await runStore(teardown, storeEnvironment(postgres, nats));
    await store.started;
    keys = createClient(IdempotencyService, store.transport);
  });
  after(() => teardown.disposeAsync());

  const attempt = (key = randomUUID() as string) => ({ caller: '', key, leaseId: randomUUID() as string });
  const begin = (of: ReturnType<typeof attempt>) => keys.begin({ ...of, fingerprint: FINGERPRINT, lease: LEASE });

  it('tells what became of a request, to every replica and after a restart', async () => {
    const first = attempt();
    expect((await begin(first)).kind).to.equal(Kind.BEGUN);
    expect((await begin(attempt(first.key))).kind).to.equal(Kind.IN_PROGRESS);
    await keys.finish({ ...first, answer: ANSWER });
    const other = await runStore(teardown, storeEnvironment(postgres, nats));
    await other.started;
    const elsewhere = createClient(IdempotencyService, other.transport);
    const found = await elsewhere.begin({ ...attempt(first.key), fingerprint: FINGERPRINT, lease: LEASE });
    expect(found.kind).to.equal(Kind.ANSWERED);
    expect(found.answer).to.deep.include({ status: 202, headers: ANSWER.headers });
    expect(Buffer.from(found.answer?.body ?? []).toString()).to.equal('{}\n');
    const lying = await keys.begin({ ...attempt(first.key), fingerprint: new Uint8Array(32), lease: LEASE });
    expect(lying.kind).to.equal(Kind.OTHER_REQUEST);
  });

  it('tells an answer whose body was not kept from one that is empty', async () => {
    for (const body of [undefined, new Uint8Array()]) {
      const first = attempt();
      await begin(first);
      const { body: _, ...head } = ANSWER;
      await keys.finish({ ...first, answer: { ...head, ...(body && { body }) } });
      const { answer } = await begin(attempt(first.key));
      expect(answer?.body?.byteLength).to.equal(body?.byteLength);
    }
  });

  it('leaves a key that was released to others', async () => {
    const first = attempt();
    await begin(first);
    await keys.release(first);
    expect((await begin(attempt(first.key))).kind).to.equal(Kind.BEGUN);
  });

  it('forgets what has expired by itself, as the role of the service', async () => {
    await queryPostgres(
      postgres.url,
      `insert into idempotency_keys (caller, key, fingerprint, lease_id, leased_until, expires_at)
       values ('', 'expired', '', gen_random_uuid(), now(), now() - interval '1 second')`,
    );
    // The first pass of a process is at once.
    await runStore(teardown, storeEnvironment(postgres, nats)).then(({ started }) => started);
    await waitFor('the key to be gone', async () => {
      const left = await queryPostgres(postgres.url, `select from idempotency_keys where key = 'expired'`);
      return left.length === 0 || undefined;
    });
  });

  it('refuses what breaks a rule', async () => {
    const error = await keys
      .begin({ key: 'a b', leaseId: 'x', fingerprint: new Uint8Array(3) })
      .then(() => expect.fail('it was taken'), ConnectError.from);
    expect(error.code).to.equal(Code.InvalidArgument);
    const violated = error
      .findDetails(BadRequestSchema)
      .flatMap(each => each.fieldViolations.map(({ field }) => field));
    expect(violated).to.have.members(['key', 'fingerprint', 'lease_id', 'lease']);
    const large = { ...ANSWER, body: new Uint8Array(1024 * 1024 + 1) };
    const tooLarge = await keys.finish({ ...attempt(), answer: large }).then(() => undefined, ConnectError.from);
    expect(tooLarge?.code).to.equal(Code.InvalidArgument);
  });

  it('is UNAVAILABLE while Postgres is away, and goes on with what it knew once it is back', async () => {
    const first = attempt();
    await begin(first);
    await postgres.stop();
    const error = await begin(attempt(first.key)).then(() => undefined, ConnectError.from);
    expect(error?.code).to.equal(Code.Unavailable);
    expect(error?.findDetails(ErrorInfoSchema)[0]?.reason).to.equal('STORE_UNREACHABLE');
    await postgres.start();
    const { kind } = await waitFor('an answer', () => begin(attempt(first.key)).catch(() => undefined));
    expect(kind).to.equal(Kind.IN_PROGRESS);
  });
});
