import { randomUUID } from 'node:crypto';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { newApiKey, type ReadApiKey, readApiKey } from '@vigie/access';
import { onBehalfOf } from '@vigie/access/wire';
import type { EmbeddedPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import { BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema } from '@vigie/proto/google/rpc/error_details_pb.ts';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { decodeJwt } from 'jose';
import type { Mail } from './domain/mail.ts';
import { type AdminClients, type RunningAccess, runAccess } from './testing/running-access.ts';

const PASSWORD = 'correct horse battery';
const UNKNOWN_KEY = 'AAAAAAAAAAAA';
const ADMIN_KEY = newApiKey();

describe('tenants', () => {
  const teardown = new AsyncDisposableStack();
  const mails: Mail[] = [];
  let postgres: EmbeddedPostgres;
  let access: RunningAccess;
  /** Admins of the default tenant, of `acme` and of `beta`, each with a key. */
  let mesh: AdminClients;
  let acme: AdminClients;
  let beta: AdminClients;

  before(async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    const mailer = { send: async (mail: Mail) => void mails.push(mail) };
    access = await runAccess(teardown, postgres, { ADMIN_KEY, REGISTRATION: 'on' }, { mailer });
    await access.started;
    mesh = access.adminAs(`Bearer ${ADMIN_KEY}`);
    for (const id of ['acme', 'beta']) await mesh.tenants.createTenant({ tenant: { id } });
    [acme, beta] = [await adminOf('acme'), await adminOf('beta')];
  });
  after(() => teardown.disposeAsync());

  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;
  const refusal = async (call: Promise<unknown>) => {
    const error = await failure(call);
    return [error.code, reasonOf(error)];
  };
  const fieldsOf = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  const NOT_ALLOWED = [Code.PermissionDenied, 'TENANT_NOT_ALLOWED'];
  /** All that an answer tells, of whichever id it is. */
  const told = async (call: Promise<unknown>, id: string) => {
    const error = await failure(call);
    const details = [...error.findDetails(ErrorInfoSchema), ...error.findDetails(ResourceInfoSchema)];
    return JSON.stringify([error.code, error.rawMessage, details]).replaceAll(id, 'ID');
  };

  async function makeKey(by: AdminClients, apiKey: { tenant?: string; scopes?: string[] } = {}) {
    const { apiKey: made, key } = await by.keys.createApiKey({
      apiKey: { name: 'spec', scopes: ['alerts:read'], ...apiKey },
    });
    return { id: made?.id ?? '', tenant: made?.tenant, key };
  }

  async function adminOf(tenant: string): Promise<AdminClients> {
    const { key } = await makeKey(mesh, { tenant, scopes: ['admin'] });
    return access.adminAs(`Bearer ${key}`);
  }

  async function makeTenant(): Promise<string> {
    const id = `t-${randomUUID()}`;
    await mesh.tenants.createTenant({ tenant: { id } });
    return id;
  }

  async function makeUser(by: AdminClients, user: { tenant?: string; roles?: string[]; email?: string } = {}) {
    const email = user.email ?? `${randomUUID()}@example.com`;
    const before = mails.length;
    const { id, tenant } = await by.users.createUser({ user: { ...user, email } });
    const mail = await waitFor('the mail', async () => mails.slice(before).find(({ to }) => to === email));
    const [, token = ''] = /#reset=([\w-]+)$/m.exec(mail.text) ?? [];
    await access.users.resetPassword({ token, newPassword: PASSWORD });
    return { id, email, tenant, mail };
  }

  const logIn = (email: string, tenant?: string) =>
    access.sessions.logIn({ email, password: PASSWORD, ...(tenant !== undefined && { tenant }) });

  describe('are looked after by admins of the default one, who', () => {
    it('make them by a name that is taken once', async () => {
      const id = `t-${randomUUID()}`;
      const made = await mesh.tenants.createTenant({
        tenant: { id, displayName: 'Étoile & fils', disabledAt: timestampFromMs(0) },
      });
      expect(made).to.deep.include({ id, displayName: 'Étoile & fils' });
      expect(made).not.to.have.property('disabledAt');
      expect(await mesh.tenants.getTenant({ id })).to.deep.equal(made);
      expect(await refusal(mesh.tenants.createTenant({ tenant: { id } }))).to.deep.equal([
        Code.AlreadyExists,
        'TENANT_EXISTS',
      ]);
    });

    it('find the default one there, and call others by their ids unless they say how', async () => {
      expect(await mesh.tenants.getTenant({ id: 'default' })).to.include({ displayName: 'default' });
      expect(await mesh.tenants.getTenant({ id: 'acme' })).to.include({ displayName: 'acme' });
    });

    for (const id of ['', 'A', 'a.b', '-a', 'a-', 'a'.repeat(64), 'a\n']) {
      it(`name none ${JSON.stringify(id)}`, async () => {
        expect(fieldsOf(await failure(mesh.tenants.createTenant({ tenant: { id } })))).to.deep.equal(['tenant.id']);
        expect(fieldsOf(await failure(mesh.tenants.getTenant({ id })))).to.deep.equal(['id']);
      });
    }

    it('list them, the latest first, in pages', async () => {
      const made = [await makeTenant(), await makeTenant(), await makeTenant()].toReversed();
      const first = await mesh.tenants.listTenants({ pageSize: 2 });
      const second = await mesh.tenants.listTenants({ pageSize: 1, pageToken: first.nextPageToken });
      expect([...first.tenants, ...second.tenants].map(({ id }) => id)).to.deep.equal(made);
      const all = (await mesh.tenants.listTenants({})).tenants.map(({ id }) => id);
      expect(all).to.include.members(['default', 'acme', 'beta']);
    });

    it('are told which is not there', async () => {
      const id = 'nobody';
      for (const call of [
        () => mesh.tenants.getTenant({ id }),
        () => mesh.tenants.disableTenant({ id }),
        () => mesh.tenants.enableTenant({ id }),
      ]) {
        const error = await failure(call());
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.NotFound, 'TENANT_NOT_FOUND']);
        expect(error.findDetails(ResourceInfoSchema)[0]).to.include({ resourceType: 'vigie.access.v1.Tenant' });
      }
    });

    it('can not shut themselves out', async () => {
      expect(await refusal(mesh.tenants.disableTenant({ id: 'default' }))).to.deep.equal([
        Code.FailedPrecondition,
        'TENANT_NEEDED',
      ]);
    });

    it('are nobody else: an admin of another one gets that one, and no hint of others', async () => {
      expect(await acme.tenants.getTenant({ id: 'acme' })).to.include({ id: 'acme' });
      for (const id of ['beta', 'default', 'nobody']) {
        for (const call of [
          () => acme.tenants.getTenant({ id }),
          () => acme.tenants.createTenant({ tenant: { id } }),
          () => acme.tenants.disableTenant({ id }),
          () => acme.tenants.enableTenant({ id }),
        ]) {
          expect(await told(call(), id)).to.equal(await told(acme.tenants.listTenants({}), 'ID'));
        }
      }
      expect(await refusal(acme.tenants.listTenants({}))).to.deep.equal(NOT_ALLOWED);
      expect(await refusal(acme.tenants.disableTenant({ id: 'acme' }))).to.deep.equal(NOT_ALLOWED);
    });
  });

  describe('have API keys', () => {
    it('of their own, which say whose they are', async () => {
      const { tenant, key } = await makeKey(acme);
      expect(tenant).to.equal('acme');
      expect(await access.identify(key)).to.deep.include({ tenant: 'acme', scopes: ['alerts:read'] });
      expect((await makeKey(acme, { tenant: 'acme' })).tenant).to.equal('acme');
      expect((await makeKey(mesh)).tenant).to.equal('default');
      expect((await makeKey(mesh, { tenant: 'beta' })).tenant).to.equal('beta');
    });

    it('that nobody makes for another one, but admins of the default one', async () => {
      for (const tenant of ['beta', 'default', 'nobody']) {
        expect(await refusal(makeKey(acme, { tenant }))).to.deep.equal(NOT_ALLOWED);
      }
    });

    it('only while they are there and not disabled', async () => {
      const disabled = await makeTenant();
      await mesh.tenants.disableTenant({ id: disabled });
      for (const tenant of [disabled, 'nobody']) {
        const error = await failure(makeKey(mesh, { tenant }));
        expect([error.code, fieldsOf(error)]).to.deep.equal([Code.InvalidArgument, ['api_key.tenant']]);
      }
    });

    it('that others neither see nor end: they are told what they are of keys that were never made', async () => {
      const { id, key } = await makeKey(acme);
      for (const stranger of [beta, mesh]) {
        for (const of of [
          (each: string) => stranger.keys.getApiKey({ id: each }),
          (each: string) => stranger.keys.rotateApiKey({ id: each }),
          (each: string) => stranger.keys.revokeApiKey({ id: each }),
        ]) {
          expect(await told(of(id), id)).to.equal(await told(of(UNKNOWN_KEY), UNKNOWN_KEY));
        }
        const { apiKeys } = await stranger.keys.listApiKeys({ pageSize: 1_000 });
        expect(apiKeys.map(({ tenant }) => tenant)).not.to.include('acme');
      }
      expect(await access.identify(key)).to.include({ tenant: 'acme' });
      expect((await acme.keys.listApiKeys({})).apiKeys[0]).to.include({ id, tenant: 'acme' });
    });

    it('that admins of the default one get, list, rotate and revoke where they name the tenant', async () => {
      const { id, key } = await makeKey(acme);
      const named = { id, tenant: 'acme' };
      expect(await mesh.keys.getApiKey(named)).to.include(named);
      expect((await mesh.keys.listApiKeys({ tenant: 'acme' })).apiKeys[0]).to.include(named);
      const { key: rotated } = await mesh.keys.rotateApiKey(named);
      expect(await access.identify(key)).to.equal(undefined);
      await mesh.keys.revokeApiKey(named);
      expect(await access.identify(rotated)).to.equal(undefined);
      for (const call of [
        () => beta.keys.getApiKey(named),
        () => beta.keys.listApiKeys({ tenant: 'acme' }),
        () => beta.keys.rotateApiKey(named),
        () => beta.keys.revokeApiKey(named),
      ]) {
        expect(await refusal(call())).to.deep.equal(NOT_ALLOWED);
      }
    });

    it('of which none is good while they are disabled, and each is again then', async () => {
      const tenant = await makeTenant();
      const { key } = await makeKey(mesh, { tenant });
      const { disabledAt } = await mesh.tenants.disableTenant({ id: tenant });
      expect(await mesh.tenants.disableTenant({ id: tenant })).to.deep.include({ disabledAt });
      expect(await access.identify(key)).to.equal(undefined);
      expect(await mesh.tenants.enableTenant({ id: tenant })).not.to.have.property('disabledAt');
      expect(await access.identify(key)).to.include({ tenant });
    });

    it('among which ADMIN_KEY is the default one’s, whosever it was', async () => {
      expect(await access.identify(ADMIN_KEY)).to.deep.include({ tenant: 'default', scopes: ['admin'] });
      const { id, key } = await makeKey(acme);
      const later = await runAccess(teardown, postgres, { ADMIN_KEY: key });
      await later.started;
      expect(await access.identify(key)).to.deep.include({ tenant: 'default', scopes: ['admin'] });
      expect(await mesh.keys.getApiKey({ id })).to.include({ tenant: 'default' });
    });
  });

  describe('have users', () => {
    it('of their own, whom they invite, and whose tokens name the tenant', async () => {
      const { email, tenant, mail } = await makeUser(acme, { roles: ['admin'] });
      expect(tenant).to.equal('acme');
      expect(mail.text).to.include('tenant acme');
      const { accessToken, refreshToken } = await logIn(email, 'acme');
      expect(decodeJwt(accessToken)).to.include({ tenant: 'acme' });
      const next = await access.sessions.refresh({ refreshToken });
      expect(decodeJwt(next.accessToken)).to.include({ tenant: 'acme' });
      const self = access.adminAs(`Bearer ${accessToken}`);
      expect(await self.users.getCurrentUser({})).to.include({ email, tenant: 'acme' });
      expect((await self.users.listUsers({})).users.every(user => user.tenant === 'acme')).to.equal(true);
      expect(await refusal(self.tenants.listTenants({}))).to.deep.equal(NOT_ALLOWED);
    });

    it('who say whose they are when they log in: others are told the same as by a wrong password', async () => {
      const { email } = await makeUser(acme);
      await logIn(email, 'acme');
      for (const tenant of [undefined, 'default', 'beta', 'nobody']) {
        expect(await refusal(logIn(email, tenant))).to.deep.equal([Code.Unauthenticated, 'LOGIN_FAILED']);
      }
      // Also where another one counts failures.
      for (let times = 0; times < 12; times++) await failure(logIn(email, 'beta'));
      await logIn(email, 'acme');
    });

    it('whose address may be that of another one’s: nobody learns that by inviting', async () => {
      const { email, id } = await makeUser(acme);
      const other = await makeUser(beta, { email });
      expect(other.id).not.to.equal(id);
      expect(decodeJwt((await logIn(email, 'acme')).accessToken).sub).to.equal(id);
      expect(decodeJwt((await logIn(email, 'beta')).accessToken).sub).to.equal(other.id);
      expect(await refusal(acme.users.createUser({ user: { email } }))).to.deep.equal([
        Code.AlreadyExists,
        'EMAIL_TAKEN',
      ]);
    });

    it('who set another password by a mail for whichever of them it is', async () => {
      const { email } = await makeUser(acme);
      await access.users.requestPasswordReset({ email });
      await access.users.requestPasswordReset({ email, tenant: 'acme' });
      await waitFor('the mail', async () =>
        mails.find(each => each.to === email && /another password/.test(each.text)),
      );
      expect(mails.filter(({ to }) => to === email)).to.have.lengthOf(2);
    });

    it('not who registers by itself, who is of the default one', async () => {
      const email = `${randomUUID()}@example.com`;
      await access.users.register({ email, password: PASSWORD });
      await waitFor('the mail', async () => mails.find(({ to }) => to === email));
      expect((await mesh.users.listUsers({ pageSize: 1 })).users[0]).to.include({ email, tenant: 'default' });
    });

    it('whom nobody invites for another one, but admins of the default one, while it is not disabled', async () => {
      const email = `${randomUUID()}@example.com`;
      for (const tenant of ['beta', 'default', 'nobody']) {
        expect(await refusal(acme.users.createUser({ user: { email, tenant } }))).to.deep.equal(NOT_ALLOWED);
      }
      const disabled = await makeTenant();
      await mesh.tenants.disableTenant({ id: disabled });
      for (const tenant of [disabled, 'nobody']) {
        expect(fieldsOf(await failure(mesh.users.createUser({ user: { email, tenant } })))).to.deep.equal([
          'user.tenant',
        ]);
      }
      expect(await mesh.users.createUser({ user: { email, tenant: 'acme' } })).to.include({ tenant: 'acme' });
    });

    it('whom others neither see nor change: they are told what they are of users who were never there', async () => {
      const { id, email } = await makeUser(acme);
      const { refreshToken } = await logIn(email, 'acme');
      const unknown = randomUUID();
      for (const stranger of [beta, mesh]) {
        for (const of of [
          (each: string) => stranger.users.updateUser({ id: each, disabled: true }),
          (each: string) => stranger.users.updateUser({ id: each, roles: ['admin'] }),
          (each: string) => stranger.users.deleteUser({ id: each }),
        ]) {
          expect(await told(of(id), id)).to.equal(await told(of(unknown), unknown));
        }
        expect((await stranger.users.listUsers({})).users.map(({ tenant }) => tenant)).not.to.include('acme');
      }
      const [user] = (await acme.users.listUsers({ pageSize: 1 })).users;
      expect(user).to.deep.include({ id, roles: [] });
      expect(user).not.to.have.property('disabledAt');
      await access.sessions.refresh({ refreshToken });
    });

    it('whom admins of the default one list, change and delete where they name the tenant', async () => {
      const { id } = await makeUser(acme);
      const named = { id, tenant: 'acme' };
      expect((await mesh.users.listUsers({ tenant: 'acme', pageSize: 1 })).users[0]).to.include(named);
      expect(await mesh.users.updateUser({ ...named, roles: ['viewer'] })).to.deep.include({ roles: ['viewer'] });
      for (const call of [
        () => beta.users.listUsers({ tenant: 'acme' }),
        () => beta.users.updateUser({ ...named, roles: ['viewer'] }),
        () => beta.users.deleteUser(named),
      ]) {
        expect(await refusal(call())).to.deep.equal(NOT_ALLOWED);
      }
      await mesh.users.deleteUser(named);
      expect((await refusal(acme.users.deleteUser({ id })))[1]).to.equal('USER_NOT_FOUND');
    });

    it('whose sessions end when an admin disables them', async () => {
      const { id, email } = await makeUser(acme);
      const { refreshToken } = await logIn(email, 'acme');
      await acme.users.updateUser({ id, disabled: true });
      expect((await refusal(access.sessions.refresh({ refreshToken })))[1]).to.equal('REFRESH_TOKEN_INVALID');
    });

    it('who are moved by admins of the default one: their sessions end, and what they might do does', async () => {
      const { id, email } = await makeUser(mesh, { roles: ['admin'] });
      const { refreshToken } = await logIn(email);
      expect(await refusal(acme.users.moveUser({ id, tenant: 'acme' }))).to.deep.equal(NOT_ALLOWED);
      const moved = await mesh.users.moveUser({ id, tenant: 'acme', roles: ['viewer'] });
      expect(moved).to.deep.include({ id, email, tenant: 'acme', roles: ['viewer'] });
      expect((await refusal(access.sessions.refresh({ refreshToken })))[1]).to.equal('REFRESH_TOKEN_INVALID');
      expect((await refusal(logIn(email)))[1]).to.equal('LOGIN_FAILED');
      const { accessToken } = await logIn(email, 'acme');
      expect(decodeJwt(accessToken)).to.include({ sub: id, tenant: 'acme', scope: 'alerts:read' });
      expect(await mesh.users.moveUser({ id, tenant: 'default' })).to.deep.include({ tenant: 'default', roles: [] });
    });

    it('who are moved to no tenant that is not there, nor in the place of another user', async () => {
      const { id, email } = await makeUser(mesh);
      const { refreshToken } = await logIn(email);
      await makeUser(acme, { email });
      expect((await refusal(mesh.users.moveUser({ id, tenant: 'acme' })))[1]).to.equal('EMAIL_TAKEN');
      expect((await refusal(mesh.users.moveUser({ id: randomUUID(), tenant: 'acme' })))[1]).to.equal('USER_NOT_FOUND');
      expect(fieldsOf(await failure(mesh.users.moveUser({ id, tenant: 'nobody' })))).to.deep.equal(['tenant']);
      await access.sessions.refresh({ refreshToken });
    });

    it('who neither log in nor go on with a session while they are disabled', async () => {
      const tenant = await makeTenant();
      const { email } = await makeUser(mesh, { tenant });
      const { accessToken, refreshToken } = await logIn(email, tenant);
      await mesh.tenants.disableTenant({ id: tenant });
      expect(await refusal(logIn(email, tenant))).to.deep.equal([Code.FailedPrecondition, 'TENANT_DISABLED']);
      const wrong = access.sessions.logIn({ email, tenant, password: 'staple my own horse' });
      expect((await refusal(wrong))[1]).to.equal('LOGIN_FAILED');
      expect((await refusal(access.sessions.refresh({ refreshToken })))[1]).to.equal('REFRESH_TOKEN_INVALID');
      const self = access.usersAs(`Bearer ${accessToken}`);
      expect((await refusal(self.getCurrentUser({})))[1]).to.equal('TENANT_DISABLED');
      const before = mails.length;
      await access.users.requestPasswordReset({ email, tenant });
      await mesh.tenants.enableTenant({ id: tenant });
      await access.sessions.refresh({ refreshToken });
      await logIn(email, tenant);
      expect(mails).to.have.lengthOf(before);
    });
  });

  describe('have an audit log', () => {
    const subjectOf = (key: string) => `key:${(readApiKey(key) as ReadApiKey).id}`;

    async function eventsOf(by: AdminClients, subject: string, tenant = '') {
      return (await by.audit.listAuditEvents({ subject, tenant })).auditEvents;
    }

    it('of what their own callers did, which admins of the default one see too', async () => {
      const { key } = await makeKey(acme, { scopes: ['admin'] });
      const subject = subjectOf(key);
      await makeKey(access.adminAs(`Bearer ${key}`));
      await waitFor('the event', async () => ((await eventsOf(acme, subject)).length > 0 ? true : undefined));
      for (const events of [
        await eventsOf(acme, subject),
        await eventsOf(acme, subject, 'acme'),
        await eventsOf(mesh, subject),
        await eventsOf(mesh, subject, 'acme'),
      ]) {
        expect(events).to.have.lengthOf(1);
        expect(events[0]).to.include({ subject, tenant: 'acme' });
      }
      expect(await eventsOf(beta, subject)).to.deep.equal([]);
      expect(await eventsOf(mesh, subject, 'default')).to.deep.equal([]);
      const { auditEvents } = await beta.audit.listAuditEvents({ pageSize: 1_000 });
      expect(auditEvents.filter(({ tenant }) => tenant !== 'beta')).to.deep.equal([]);
      expect(await refusal(eventsOf(beta, subject, 'acme'))).to.deep.equal(NOT_ALLOWED);
    });

    it('that has what the default one’s admins did for another one as theirs', async () => {
      const { id } = await makeKey(mesh, { tenant: 'acme' });
      await mesh.keys.revokeApiKey({ id, tenant: 'acme' });
      const event = await waitFor('the event', async () =>
        (await eventsOf(mesh, subjectOf(ADMIN_KEY))).find(({ request }) => request.includes(id)),
      );
      expect(event).to.include({ tenant: 'default', request: `{"id":"${id}","tenant":"acme"}` });
      const { auditEvents } = await acme.audit.listAuditEvents({ pageSize: 1_000 });
      expect(auditEvents.filter(({ request }) => request.includes(id))).to.deep.equal([]);
    });

    it('of who logged in, and what services saw: without a tenant that is the default one', async () => {
      const { id, email } = await makeUser(acme);
      await logIn(email, 'acme');
      await waitFor('the log-in', async () =>
        (await eventsOf(acme, `user:${id}`)).find(({ method }) => method.endsWith('/LogIn')),
      );
      const event = { at: timestampFromMs(Date.now()), method: 'a/B', request: '{}', code: 'OK' };
      const subject = `key:${randomUUID()}`;
      const events = ['', 'beta'].map(tenant => ({ ...event, id: randomUUID(), subject, tenant }));
      await access.auditTrail.recordAuditEvents({ events });
      expect((await eventsOf(beta, subject)).map(({ tenant }) => tenant)).to.deep.equal(['beta']);
      expect((await eventsOf(mesh, subject, 'default')).map(({ tenant }) => tenant)).to.deep.equal(['default']);
      expect(await eventsOf(mesh, subject)).to.have.lengthOf(2);
    });
  });

  it('are asked for by services on behalf of one, which see what that sees', async () => {
    await makeKey(acme);
    const onBehalf = onBehalfOf('acme');
    const { apiKeys } = await access.keys.listApiKeys({}, onBehalf);
    expect(new Set(apiKeys.map(({ tenant }) => tenant))).to.deep.equal(new Set(['acme']));
    expect(await refusal(access.tenants.listTenants({}, onBehalf))).to.deep.equal(NOT_ALLOWED);
    // Of anybody else the header says nothing.
    expect((await beta.keys.listApiKeys({}, onBehalf)).apiKeys.map(({ tenant }) => tenant)).not.to.include('acme');
  });
});
