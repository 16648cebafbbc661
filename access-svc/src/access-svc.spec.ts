import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { newApiKey, type ReadApiKey, readApiKey } from '@vigie/access';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@vigie/proto/google/rpc/error_details_pb.ts';
import type { ApiKeySchema } from '@vigie/proto/vigie/access/v1/api_key_pb.ts';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { type RunningAccess, runAccess } from './testing/running-access.ts';

type Plan = MessageInitShape<typeof ApiKeySchema>;

const SECOND_MS = 1_000;
const DAY_MS = 86_400 * SECOND_MS;
const UNKNOWN_ID = 'AAAAAAAAAAAA';

describe('access-svc', () => {
  const teardown = new AsyncDisposableStack();
  let postgres: EmbeddedPostgres;
  let access: RunningAccess;
  let other: RunningAccess;

  before('start two replicas before Postgres', async () => {
    postgres = await scratchPostgres(teardown);
    [access, other] = await Promise.all([runAccess(teardown, postgres), runAccess(teardown, postgres)]);
    await waitFor('a reason in readiness', async () => {
      const { ready, checks } = await access.health.readiness();
      return !ready && /ECONNREFUSED/.test(checks.postgres ?? '') ? true : undefined;
    });
    await postgres.start();
    await Promise.all([access.started, other.started]);
    expect(await access.health.readiness()).to.have.property('ready', true);
  });
  after(() => teardown.disposeAsync());

  async function make(plan: Plan = {}) {
    const { apiKey, key } = await access.keys.createApiKey({
      apiKey: { name: 'Till 7', scopes: ['alerts:write'], ...plan },
    });
    return { apiKey: apiKey as NonNullable<typeof apiKey>, id: apiKey?.id ?? '', key };
  }

  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;
  const fieldsOf = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  const rowOf = async (id: string) => {
    const [row] = await queryPostgres(postgres.url, 'select * from access.api_keys where id = $1', [id]);
    return row ?? {};
  };
  const change = (id: string, assignments: string) =>
    queryPostgres(postgres.url, `update access.api_keys set ${assignments} where id = $1`, [id]);

  describe('makes keys', () => {
    it('of the form that it reads, with what the caller said of them and what is its own to say', async () => {
      const expiresAt = timestampFromMs(Date.now() + DAY_MS);
      const { apiKey, key } = await make({
        ...{ id: 'mine', name: 'Caisse n° 7', scopes: ['alerts:write', 'alerts:read'], stores: ["l'Étoile", 'b'] },
        expiresAt,
        createdAt: timestampFromMs(0),
        revokedAt: timestampFromMs(0),
        lastUsedAt: timestampFromMs(0),
      });
      expect(readApiKey(key)).to.have.property('id', apiKey.id);
      expect(apiKey).to.deep.include({
        ...{ name: 'Caisse n° 7', scopes: ['alerts:write', 'alerts:read'], stores: ["l'Étoile", 'b'] },
        expiresAt,
      });
      expect(apiKey).not.to.have.any.keys('revokedAt', 'lastUsedAt', 'rotatedAt', 'previousKeyUntil');
      const createdAt = apiKey.createdAt && timestampMs(apiKey.createdAt);
      expect(createdAt).to.be.closeTo(Date.now(), 10 * SECOND_MS);
      expect(await other.keys.getApiKey({ id: apiKey.id })).to.deep.equal(apiKey);
      expect(await rowOf(apiKey.id)).to.have.property('created_by', 'service');
    });

    it('for all stores and for ever, unless told otherwise', async () => {
      const { apiKey, key } = await make();
      for (const known of [apiKey, await access.identify(key)]) {
        expect(known?.stores).to.deep.equal([]);
        expect(known?.expiresAt).to.equal(undefined);
      }
    });

    it('that may last until the end of the year 9999', async () => {
      const { apiKey } = await make({ expiresAt: { seconds: 253_402_300_799n, nanos: 999_999_999 } });
      expect(apiKey.expiresAt).to.deep.include({ seconds: 253_402_300_799n, nanos: 999_000_000 });
    });

    const admin = ['admin'];
    const wrong: [what: string, plan: Plan | undefined, field: string][] = [
      ['nothing', undefined, 'api_key'],
      ['no name', { name: '' }, 'api_key.name'],
      ['a name with a control character', { name: 'a\nb' }, 'api_key.name'],
      ['no scopes', { scopes: [] }, 'api_key.scopes'],
      ['an unknown scope', { scopes: ['alerts:read', 'internal'] }, 'api_key.scopes[1]'],
      ['a scope twice', { scopes: ['alerts:read', 'alerts:read'] }, 'api_key.scopes'],
      ['an empty store', { stores: [''] }, 'api_key.stores[0]'],
      ['more than 100 stores', { stores: Array.from({ length: 101 }, (_, n) => `${n}`) }, 'api_key.stores'],
      ['admin and stores', { scopes: admin, stores: ['a'] }, 'api_key.stores'],
      ['an end that is past', { expiresAt: timestampFromMs(Date.now() - DAY_MS) }, 'api_key.expires_at'],
      ['nanos out of bounds', { expiresAt: { seconds: 4_000_000_000n, nanos: -1 } }, 'api_key.expires_at'],
    ];
    for (const [what, plan, field] of wrong) {
      it(`not of ${what}, and names the field`, async () => {
        const apiKey = plan && { name: 'a', scopes: ['alerts:read'], ...plan };
        const error = await failure(access.keys.createApiKey(apiKey === undefined ? {} : { apiKey }));
        expect(error.code).to.equal(Code.InvalidArgument);
        expect(fieldsOf(error)).to.deep.equal([field]);
      });
    }
  });

  describe('says whose a key is', () => {
    it('as long as it is good, at each replica', async () => {
      const expiresAt = timestampFromMs(Date.now() + DAY_MS);
      const { key } = await make({ scopes: ['alerts:read'], stores: ['a', 'b'], expiresAt });
      for (const replica of [access, other]) {
        expect(await replica.identify(key)).to.deep.include({ scopes: ['alerts:read'], stores: ['a', 'b'], expiresAt });
      }
    });

    it('of none that was never made, or has another secret', async () => {
      const { id } = await make();
      expect(await access.identify(newApiKey())).to.equal(undefined);
      expect(await access.identify(newApiKey(id))).to.equal(undefined);
    });

    it('of none that is revoked, at once and at each replica', async () => {
      const { id, key } = await make();
      expect(await access.identify(key)).not.to.equal(undefined);
      await access.keys.revokeApiKey({ id });
      expect(await access.identify(key)).to.equal(undefined);
      expect(await other.identify(key)).to.equal(undefined);
    });

    it('of none that has expired by the clock of Postgres', async () => {
      const { id, key } = await make({ expiresAt: timestampFromMs(Date.now() + DAY_MS) });
      await change(id, `expires_at = now() + interval '300 milliseconds'`);
      expect(await access.identify(key)).not.to.equal(undefined);
      await waitFor('its end', async () => ((await access.identify(key)) === undefined ? true : undefined));
      expect(await rowOf(id)).to.have.property('revoked_at', null);
    });

    it('and notes its use, once a minute', async () => {
      const { id, key } = await make();
      await Promise.all([access.identify(key), access.identify(key), other.identify(key)]);
      const noted = await waitFor('the use', async () => (await rowOf(id)).last_used_at ?? undefined);
      for (const replica of [access, other]) await replica.identify(key);
      await make();
      expect((await rowOf(id)).last_used_at).to.deep.equal(noted);
      await change(id, `last_used_at = now() - interval '61 seconds'`);
      await access.identify(key);
      await waitFor('the later use', async () => {
        const { lastUsedAt } = await access.keys.getApiKey({ id });
        return lastUsedAt && timestampMs(lastUsedAt) > Date.now() - 30 * SECOND_MS ? true : undefined;
      });
    });

    it('while its use can not be noted', async () => {
      const { key } = await make();
      await queryPostgres(postgres.url, 'revoke update on access.api_keys from vigie_access');
      expect(await access.identify(key)).not.to.equal(undefined);
      await waitFor('a line', async () => access.lines.find(({ msg }) => msg === 'use of an API key not noted'));
      await queryPostgres(postgres.url, 'grant update on access.api_keys to vigie_access');
    });

    it('and refuses what is no hash', async () => {
      const error = await failure(access.credentials.identifyApiKey({ id: '', sha256: new Uint8Array(31) }));
      expect(fieldsOf(error)).to.deep.equal(['id', 'sha256']);
    });
  });

  describe('rotates keys', () => {
    it('without overlap: only the new secret is good', async () => {
      const { apiKey, id, key } = await make({ stores: ['a'] });
      const rotated = await access.keys.rotateApiKey({ id });
      expect(rotated.apiKey).to.deep.include({ id, name: apiKey.name, stores: ['a'] });
      expect(rotated.apiKey?.previousKeyUntil).to.equal(undefined);
      expect(rotated.apiKey?.rotatedAt).not.to.equal(undefined);
      expect(await other.identify(rotated.key)).to.deep.include({ scopes: ['alerts:write'], stores: ['a'] });
      expect(await other.identify(key)).to.equal(undefined);
    });

    it('with overlap: the secret before is good until that is over, the one before that no more', async () => {
      const { id, key: first } = await make();
      const { key: second } = await access.keys.rotateApiKey({ id, keepPreviousFor: { seconds: 3_600n } });
      const { apiKey, key: third } = await access.keys.rotateApiKey({ id, keepPreviousFor: { seconds: 3_600n } });
      expect(await access.identify(first)).to.equal(undefined);
      expect(await access.identify(third))
        .to.be.an('object')
        .and.not.have.property('expiresAt');
      const until = apiKey?.previousKeyUntil;
      expect(until && timestampMs(until)).to.be.closeTo(Date.now() + 3_600 * SECOND_MS, 10 * SECOND_MS);
      expect(await access.identify(second)).to.deep.include({ expiresAt: until });

      await change(id, `previous_until = now()`);
      expect(await access.identify(second)).to.equal(undefined);
      expect(await access.identify(third)).not.to.equal(undefined);
      expect((await access.keys.getApiKey({ id })).previousKeyUntil).to.equal(undefined);
    });

    it('whose secret before ends with the key, if that is sooner', async () => {
      const expiresAt = timestampFromMs(Date.now() + 60 * SECOND_MS);
      const { id, key } = await make({ expiresAt });
      const { apiKey } = await access.keys.rotateApiKey({ id, keepPreviousFor: { seconds: 3_600n } });
      expect(apiKey?.previousKeyUntil).to.deep.equal(expiresAt);
      expect(await access.identify(key)).to.deep.include({ expiresAt });
      await access.keys.revokeApiKey({ id });
      expect(await access.identify(key)).to.equal(undefined);
    });

    it('but none that is over', async () => {
      const [revoked, expired] = [await make(), await make({ expiresAt: timestampFromMs(Date.now() + DAY_MS) })];
      await access.keys.revokeApiKey({ id: revoked.id });
      await change(expired.id, 'expires_at = now()');
      for (const [id, reason] of [
        [revoked.id, 'KEY_REVOKED'],
        [expired.id, 'KEY_EXPIRED'],
      ] as const) {
        const before = await rowOf(id);
        const error = await failure(access.keys.rotateApiKey({ id }));
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, reason]);
        expect(await rowOf(id)).to.deep.equal(before);
      }
    });

    for (const [what, keepPreviousFor] of [
      ['more than 30 days', { seconds: 2_592_001n }],
      ['less than nothing', { seconds: -1n }],
      ['nanos out of bounds', { seconds: 1n, nanos: 1_000_000_000 }],
    ] as const) {
      it(`not with ${what} of overlap`, async () => {
        const error = await failure(access.keys.rotateApiKey({ id: UNKNOWN_ID, keepPreviousFor }));
        expect(fieldsOf(error)).to.deep.equal(['keep_previous_for']);
      });
    }

    it('one after the other if that is asked of several replicas at once', async () => {
      const { id } = await make();
      const rotated = await Promise.all([access, other, access].map(({ keys }) => keys.rotateApiKey({ id })));
      const good = await Promise.all(rotated.map(({ key }) => access.identify(key)));
      expect(good.filter(identity => identity !== undefined)).to.have.lengthOf(1);
    });
  });

  it('revokes a key once: again it changes nothing', async () => {
    const { id } = await make();
    const revoked = await access.keys.revokeApiKey({ id });
    expect(revoked.revokedAt).not.to.equal(undefined);
    expect(await other.keys.revokeApiKey({ id })).to.deep.equal(revoked);
  });

  it('says which key is not there', async () => {
    const id = UNKNOWN_ID;
    for (const call of [
      access.keys.getApiKey({ id }),
      access.keys.rotateApiKey({ id }),
      access.keys.revokeApiKey({ id }),
    ]) {
      const error = await failure(call);
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.NotFound, 'KEY_NOT_FOUND']);
      const resources = error.findDetails(ResourceInfoSchema);
      expect(resources).to.have.lengthOf(1);
      expect(resources[0]).to.include({ resourceType: 'vigie.access.v1.ApiKey', resourceName: id });
    }
    expect(fieldsOf(await failure(access.keys.getApiKey({ id: 'no id' })))).to.deep.equal(['id']);
  });

  describe('lists keys', () => {
    it('the latest first, in pages that neither repeat nor skip one while keys are made', async () => {
      for (let made = 0; made < 25; made++) await make();
      const before = await list(1_000);
      const paged: string[] = [];
      let pageToken = '';
      do {
        const page = await other.keys.listApiKeys({ pageSize: 4, pageToken });
        expect(page.apiKeys).to.have.lengthOf.within(1, 4);
        paged.push(...page.apiKeys.map(({ id }) => id));
        ({ nextPageToken: pageToken } = page);
        await make();
      } while (pageToken !== '');
      expect(paged).to.deep.equal(before);
    });

    it('that were made in the same moment too', async () => {
      const ids = await Promise.all(Array.from({ length: 6 }, async () => (await make()).id));
      await queryPostgres(postgres.url, `update access.api_keys set created_at = now() where id = any ($1)`, [ids]);
      const first = await access.keys.listApiKeys({ pageSize: 3 });
      const second = await access.keys.listApiKeys({ pageSize: 3, pageToken: first.nextPageToken });
      expect([...first.apiKeys, ...second.apiKeys].map(({ id }) => id)).to.have.members(ids);
    });

    it('100 a page, 1,000 at most', async () => {
      await queryPostgres(
        postgres.url,
        `insert into access.api_keys (id, tenant, name, scopes, stores, sha256, created_at, created_by)
         select 'many' || n, 'default', 'a', '{alerts:read}', '{}', sha256(n::text::bytea), 'epoch', 'spec'
         from generate_series(1, 1001) n`,
      );
      expect(await list(0)).to.have.lengthOf(100);
      expect(await list(2_000_000_000)).to.have.lengthOf(1_000);
    });

    it('with no other token than its own', async () => {
      const tokens = [
        '?',
        'AAAA',
        Buffer.from('[-1,"a"]').toString('base64url'),
        Buffer.from('[1,"\\u0000"]').toString(),
      ];
      for (const pageToken of tokens) {
        const error = await failure(access.keys.listApiKeys({ pageToken }));
        expect(fieldsOf(error), pageToken).to.deep.equal(['page_token']);
      }
      expect(fieldsOf(await failure(access.keys.listApiKeys({ pageSize: -1 })))).to.deep.equal(['page_size']);
    });

    async function list(pageSize: number): Promise<string[]> {
      return (await access.keys.listApiKeys({ pageSize })).apiKeys.map(({ id }) => id);
    }
  });

  describe('refuses', () => {
    it('whoever shows no credentials, or those of nobody', async () => {
      for (const [authorization, reason] of [
        [undefined, 'CREDENTIALS_MISSING'],
        [`Bearer ${newApiKey()}`, 'CREDENTIALS_INVALID'],
        ['Bearer vgs_wrong', 'CREDENTIALS_INVALID'],
      ] as const) {
        const error = await failure(access.as(authorization).listApiKeys({}));
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unauthenticated, reason]);
      }
    });

    it('a key without the scope admin, in every method', async () => {
      const { id, key } = await make({ scopes: ['alerts:write', 'alerts:operate', 'media:write'] });
      const keys = access.as(`Bearer ${key}`);
      for (const call of [
        keys.createApiKey({ apiKey: { name: 'a', scopes: ['alerts:read'] } }),
        keys.getApiKey({ id }),
        keys.listApiKeys({}),
        keys.rotateApiKey({ id }),
        keys.revokeApiKey({ id }),
      ]) {
        const error = await failure(call);
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.PermissionDenied, 'SCOPE_MISSING']);
      }
    });

    it('not a key that has it, whose doings are noted, but for what is between services', async () => {
      const { id, key } = await make({ scopes: ['admin'] });
      const { apiKey } = await other.as(`Bearer ${key}`).createApiKey({ apiKey: { name: 'a', scopes: ['admin'] } });
      expect(await rowOf(apiKey?.id ?? '')).to.have.property('created_by', `key:${id}`);
    });
  });

  it('says that it is worth trying again where the database takes no writes', async () => {
    await queryPostgres(postgres.url, 'revoke insert on access.api_keys from vigie_access_tenant');
    const error = await failure(make());
    await queryPostgres(postgres.url, 'grant insert on access.api_keys to vigie_access_tenant');
    expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unavailable, 'STORE_NOT_WRITABLE']);
    expect(error.findDetails(RetryInfoSchema)).to.have.lengthOf(1);
  });

  it('keeps and logs no secret', async () => {
    const { id, key: first } = await make();
    const { key: second } = await access.keys.rotateApiKey({ id, keepPreviousFor: { seconds: 60n } });
    const strange = newApiKey();
    await failure(access.as(`Bearer ${strange}`).listApiKeys({}));
    const rows = await queryPostgres(postgres.url, 'select api_keys::text as text from access.api_keys');
    const texts = [...rows.map(({ text }) => String(text)), ...access.lines.map(line => JSON.stringify(line))].join(
      '\n',
    );
    expect(texts).to.include(id);
    for (const key of [first, second, strange]) {
      expect(texts).not.to.include(secretOf(key));
      expect(texts).not.to.include(Buffer.from(secretOf(key)).toString('hex'));
    }
  });

  function secretOf(key: string): string {
    const [, , secret = ''] = key.split('_');
    expect(secret).to.have.lengthOf(38);
    return secret;
  }

  describe('with ADMIN_KEY', () => {
    /** @returns the warnings of two replicas that start at once */
    async function start(key: string): Promise<string[]> {
      const replicas = await Promise.all(
        Array.from({ length: 2 }, () => runAccess(teardown, postgres, { ADMIN_KEY: key })),
      );
      await Promise.all(replicas.map(({ started }) => started));
      expect(JSON.stringify(replicas.map(({ lines }) => lines))).not.to.include(secretOf(key));
      return replicas.flatMap(({ lines }) => lines.filter(({ level }) => level >= 40)).map(({ msg }) => msg);
    }

    const idOf = (key: string) => (readApiKey(key) as ReadApiKey).id;

    it('has a key that may do everything, which makes the others', async () => {
      const key = newApiKey();
      expect(await start(key)).to.deep.equal([]);
      const { apiKey } = await access.as(`Bearer ${key}`).createApiKey({ apiKey: { name: 'a', scopes: ['admin'] } });
      expect(await rowOf(apiKey?.id ?? '')).to.have.property('created_by', `key:${idOf(key)}`);
      const known = await access.keys.getApiKey({ id: idOf(key) });
      expect(known).to.deep.include({ name: 'admin (ADMIN_KEY)', scopes: ['admin'], stores: [] });
      expect(known.rotatedAt).to.equal(undefined);
    });

    it('leaves it as it is at the next start, and gives it another secret if that is another', async () => {
      const key = newApiKey();
      await start(key);
      const before = await rowOf(idOf(key));
      await start(key);
      expect(await rowOf(idOf(key))).to.deep.equal(before);
      const next = newApiKey(idOf(key));
      await start(next);
      expect(await access.identify(key)).to.equal(undefined);
      expect(await access.identify(next)).to.deep.include({ scopes: ['admin'] });
      expect((await access.keys.getApiKey({ id: idOf(key) })).rotatedAt).not.to.equal(undefined);
    });

    it('takes the place of a key with fewer rights', async () => {
      const { key } = await make({ stores: ['a'] });
      await start(key);
      expect(await access.identify(key)).to.deep.include({ scopes: ['admin'], stores: [] });
    });

    it('does not bring back one that is revoked, with another secret neither, and says so', async () => {
      const key = newApiKey();
      await start(key);
      await access.keys.revokeApiKey({ id: idOf(key) });
      for (const again of [key, newApiKey(idOf(key))]) {
        const warnings = await start(again);
        expect(warnings).to.have.lengthOf(2);
        expect(warnings[0]).to.match(/^THE KEY IN ADMIN_KEY IS REVOKED/);
        expect(await access.identify(again)).to.equal(undefined);
      }
    });

    it('says if it has expired', async () => {
      const { id, key } = await make({ scopes: ['admin'], expiresAt: timestampFromMs(Date.now() + DAY_MS) });
      await change(id, 'expires_at = now()');
      expect((await start(key))[0]).to.match(/^THE KEY IN ADMIN_KEY IS EXPIRED/);
    });
  });
});
