import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Timestamp, timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { newApiKey } from '@vigie/access';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { BadRequestSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import type { AuditEventSchema } from '@vigie/proto/vigie/access/v1/audit_event_pb.ts';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { type RunningAccess, runAccess } from './testing/running-access.ts';

type Event = MessageInitShape<typeof AuditEventSchema>;

const DAY_MS = 86_400_000;
const KEYS = 'vigie.access.v1.ApiKeyService';

describe('the audit log', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let access: RunningAccess;
  let other: RunningAccess;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    [access, other] = await Promise.all([runAccess(teardown, postgres), runAccess(teardown, postgres)]);
    await Promise.all([access.started, other.started]);
  });
  after(() => teardown.disposeAsync());

  function anEvent(event: Event = {}) {
    return {
      ...{ id: randomUUID(), at: timestampFromMs(Date.now()), subject: 'key:a', tenant: 'default', method: 'a/B' },
      ...{ request: '{}', code: 'OK', traceId: '0af7651916cd43dd8448eb211c80319c' },
      ...event,
    };
  }

  async function record(...events: Event[]): Promise<void> {
    await access.auditTrail.recordAuditEvents({ events });
  }

  async function list(request: Parameters<RunningAccess['audit']['listAuditEvents']>[0] = {}) {
    return (await other.audit.listAuditEvents(request)).auditEvents;
  }

  const fieldsOf = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));

  it('has what other services saw, unchanged', async () => {
    const subject = 'key:unchanged';
    const request = JSON.stringify({ uid: "l'\u0000Étoile ? \\ 🎥" });
    const events = [
      anEvent({ subject, request, at: timestampFromMs(1_748_871_320_001) }),
      anEvent({ subject, request: '', code: 'NOT_FOUND', traceId: '', at: timestampFromMs(1_748_871_320_000) }),
    ];
    await record(...events);
    expect((await list({ subject })).map(({ $typeName, at, ...event }) => ({ ...event, at: ms(at) }))).to.deep.equal(
      events.map(({ at, ...event }) => ({ ...event, at: ms(at as Timestamp) })),
    );
  });

  it('keeps an event once, as it came first, however often it is sent', async () => {
    const event = anEvent({ subject: 'key:once' });
    await Promise.all(
      [access, other].map(({ auditTrail }) => auditTrail.recordAuditEvents({ events: [event, event] })),
    );
    await record(anEvent({ ...event, code: 'INTERNAL' }), anEvent({ subject: 'key:once' }));
    expect(await list({ subject: 'key:once' })).to.have.lengthOf(2);
    expect(await list({ subject: 'key:once', method: 'a/B' })).to.satisfy((events: Event[]) =>
      events.every(({ code }) => code === 'OK'),
    );
  });

  it('refuses what is no event', async () => {
    for (const [event, field] of [
      [{ id: 'a' }, 'events[0].id'],
      [{ at: undefined }, 'events[0].at'],
      [{ at: { seconds: -1n } }, 'events[0].at'],
    ] as const) {
      const error = await failure(
        access.auditTrail.recordAuditEvents({ events: [{ ...anEvent(), ...event } as Event] }),
      );
      expect(fieldsOf(error)).to.deep.equal([field]);
    }
    const events = Array.from({ length: 101 }, () => anEvent());
    expect(fieldsOf(await failure(access.auditTrail.recordAuditEvents({ events })))).to.deep.equal(['events']);
  });

  describe('lists events', () => {
    const subject = 'key:listed';
    /** The latest first. */
    let ids: readonly string[];
    const atMs = (n: number) => 1_700_000_000_000 - n;
    before(async () => {
      const events = Array.from({ length: 20 }, (_, n) =>
        // Two at a time in the same moment.
        anEvent({ subject, method: `a/M${n % 3}`, at: timestampFromMs(atMs(Math.floor(n / 2))) }),
      );
      for (const event of events.toReversed()) await record(event);
      ids = events
        .toSorted((a, b) => ms(b.at as Timestamp) - ms(a.at as Timestamp) || (a.id < b.id ? 1 : -1))
        .map(({ id }) => id);
    });

    const idsOf = async (request: Parameters<typeof list>[0]) => (await list(request)).map(({ id }) => id);

    it('the latest first, in pages that neither repeat nor skip one', async () => {
      const paged: string[] = [];
      let pageToken = '';
      do {
        const page = await access.audit.listAuditEvents({ subject, pageSize: 3, pageToken });
        expect(page.auditEvents).to.have.lengthOf.within(1, 3);
        paged.push(...page.auditEvents.map(({ id }) => id));
        ({ nextPageToken: pageToken } = page);
      } while (pageToken !== '');
      expect(paged).to.deep.equal(ids);
    });

    it('of one method, and of a window of time', async () => {
      expect(await idsOf({ subject, method: 'a/M0' })).to.have.lengthOf(7);
      const since = timestampFromMs(atMs(5));
      const until = timestampFromMs(atMs(2));
      expect(await idsOf({ subject, since, until })).to.deep.equal(ids.slice(6, 12));
      expect(await idsOf({ subject, since: { ...since, nanos: since.nanos + 1 }, until })).to.deep.equal(
        ids.slice(6, 10),
      );
      expect(await idsOf({ subject, since, until: { ...until, nanos: until.nanos + 1 } })).to.deep.equal(
        ids.slice(4, 12),
      );
      expect(await idsOf({ subject, until: { seconds: 253_402_300_799n, nanos: 999_999_999 } })).to.deep.equal(ids);
      expect(await idsOf({ subject: 'key:liste' })).to.deep.equal([]);
    });

    it('100 a page, 1,000 at most', async () => {
      await queryPostgres(
        postgres.url,
        `insert into access.audit_events
         select gen_random_uuid(), now(), 'key:many', 'a/B', '{}', 'OK', '', 'default' from generate_series(1, 1001)`,
      );
      expect(await list({ subject: 'key:many' })).to.have.lengthOf(100);
      expect(await list({ pageSize: 2_000_000_000 })).to.have.lengthOf(1_000);
    });

    it('with no other token than its own', async () => {
      const ofKeys = Buffer.from('[1,"AbC123"]').toString('base64url');
      for (const pageToken of ['?', ofKeys]) {
        expect(fieldsOf(await failure(access.audit.listAuditEvents({ pageToken }))), pageToken).to.deep.equal([
          'page_token',
        ]);
      }
    });

    it('and names filters that are wrong', async () => {
      for (const [request, field] of [
        [{ subject: 'a\u0000' }, 'subject'],
        [{ method: 'a b' }, 'method'],
        [{ since: { nanos: -1 } }, 'since'],
        [{ until: { seconds: -1n } }, 'until'],
        [{ pageSize: -1 }, 'page_size'],
      ] as const) {
        expect(fieldsOf(await failure(access.audit.listAuditEvents(request)))).to.deep.equal([field]);
      }
    });
  });

  it('has what is done with keys here, by whom and how it ended, and no secret', async () => {
    const admin = await access.keys.createApiKey({ apiKey: { name: 'admin', scopes: ['admin'] } });
    const subject = `key:${admin.apiKey?.id}`;
    const keys = access.as(`Bearer ${admin.key}`);
    const { apiKey, key } = await keys.createApiKey({ apiKey: { name: 'Till 7', scopes: ['alerts:write'] } });
    const id = apiKey?.id ?? '';
    const rotated = await keys.rotateApiKey({ id, keepPreviousFor: { seconds: 60n } });
    await keys.revokeApiKey({ id });
    await failure(keys.rotateApiKey({ id }));
    await failure(keys.createApiKey({}));
    await keys.listApiKeys({});
    const events = await waitFor('five events', async () => {
      const found = await list({ subject });
      return found.length >= 5 ? found : undefined;
    });
    expect(events.map(({ method, request, code }) => [method, request, code])).to.have.deep.members([
      [`${KEYS}/CreateApiKey`, '{"apiKey":{"name":"Till 7","scopes":["alerts:write"]}}', 'OK'],
      [`${KEYS}/RotateApiKey`, `{"id":"${id}","keepPreviousFor":"60s"}`, 'OK'],
      [`${KEYS}/RevokeApiKey`, `{"id":"${id}"}`, 'OK'],
      [`${KEYS}/RotateApiKey`, `{"id":"${id}"}`, 'FAILED_PRECONDITION'],
      [`${KEYS}/CreateApiKey`, '{}', 'INVALID_ARGUMENT'],
    ]);
    const rows = await queryPostgres(postgres.url, 'select e::text as text from access.audit_events e');
    const texts = rows.map(({ text }) => text).join('\n') + JSON.stringify(access.lines);
    expect(texts).to.include(subject);
    for (const each of [admin.key, key, rotated.key]) expect(texts).not.to.include(each.split('_')[2]);
  });

  it('is for admins alone, and written by services alone', async () => {
    const scopes = ['alerts:read', 'alerts:operate', 'media:write'];
    const { key: operator } = await access.keys.createApiKey({ apiKey: { name: 'operator', scopes } });
    const { key: admin } = await access.keys.createApiKey({ apiKey: { name: 'admin', scopes: ['admin'] } });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const codeOf = (call: Promise<unknown>) => failure(call).then(({ code }) => code);
    expect(await codeOf(access.strangers.audit.listAuditEvents({}, as(operator)))).to.equal(Code.PermissionDenied);
    expect(await codeOf(access.strangers.audit.listAuditEvents({}, as(newApiKey())))).to.equal(Code.Unauthenticated);
    const { auditEvents } = await access.strangers.audit.listAuditEvents({}, as(admin));
    expect(auditEvents).not.to.deep.equal([]);
    const events = [anEvent()];
    expect(await codeOf(access.strangers.auditTrail.recordAuditEvents({ events }, as(admin)))).to.equal(
      Code.PermissionDenied,
    );
  });

  it('forgets what is older than it is to be kept, however much that is', async () => {
    const subject = 'key:old';
    await queryPostgres(
      postgres.url,
      `insert into access.audit_events
       select gen_random_uuid(), now() - interval '50 hours', $1, 'a/B', '{}', 'OK', '', 'default'
       from generate_series(1, 2500)`,
      [subject],
    );
    const young = anEvent({ subject, at: timestampFromMs(Date.now() - 1.9 * DAY_MS) });
    await record(young);
    const replica = await runAccess(teardown, postgres, { AUDIT_RETENTION_DAYS: '2' });
    await replica.started;
    await waitFor('room', async () => ((await list({ subject })).length === 1 ? true : undefined));
    expect((await list({ subject }))[0]).to.have.property('id', young.id);
    const [row] = await queryPostgres(postgres.urlOf('access-svc'), 'select access.forget_audit_events(0, 1000) as n');
    expect(Number(row?.n)).to.be.at.least(1);
    expect(await list()).not.to.deep.equal([]);
  });

  it('has what was done while it could not be written, once it can', async () => {
    await queryPostgres(postgres.url, 'revoke insert on access.audit_events from vigie_access');
    const { apiKey } = await access.keys.createApiKey({ apiKey: { name: 'late', scopes: ['alerts:read'] } });
    await waitFor('a line', async () => access.lines.find(({ msg }) => msg === 'audit events wait'));
    await queryPostgres(postgres.url, 'grant insert on access.audit_events to vigie_access');
    await waitFor('the event', async () => (await list()).find(({ request }) => request.includes('"late"')));
    expect(apiKey?.name).to.equal('late');
  });

  it('has what was done in the last moment before a replica stops', async () => {
    const replica = await runAccess(teardown, postgres);
    await replica.started;
    await replica.keys.createApiKey({ apiKey: { name: 'last', scopes: ['alerts:read'] } });
    await replica.stop();
    expect((await list()).filter(({ request }) => request.includes('"last"'))).to.have.lengthOf(1);
  });
});

function ms(time: Timestamp | undefined): number {
  return time === undefined ? Number.NaN : timestampMs(time);
}
