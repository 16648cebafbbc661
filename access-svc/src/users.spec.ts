import { randomUUID } from 'node:crypto';
import { type Timestamp, timestampMs } from '@bufbuild/protobuf/wkt';
import { Code, type ConnectError } from '@connectrpc/connect';
import { newApiKey, type Scope } from '@vigie/access';
import { type EmbeddedPostgres, queryPostgres } from '@vigie/dev-env/servers';
import { scratchPostgres, waitFor } from '@vigie/dev-env/testing';
import {
  BadRequestSchema,
  ErrorInfoSchema,
  ResourceInfoSchema,
  RetryInfoSchema,
} from '@vigie/proto/google/rpc/error_details_pb.ts';
import { failure } from '@vigie/service-kit/testing';
import { expect } from 'chai';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Argon2Hasher } from './adapters/argon2/argon2-hasher.ts';
import type { Mail } from './domain/mail.ts';
import type { PasswordHasher } from './ports/password-hasher.ts';
import { type RunningAccess, runAccess } from './testing/running-access.ts';

const PASSWORD = 'correct horse battery';
const OTHER_PASSWORD = 'staple my own horse';

describe('users', () => {
  const teardown = new AsyncDisposableStack();
  const mails: Mail[] = [];
  /** What was hashed, right or wrong. */
  let hashed = 0;
  let postgres: EmbeddedPostgres;
  let access: RunningAccess;
  let other: RunningAccess;

  const mailer = { send: async (mail: Mail) => void mails.push(mail) };

  function counting(hasher: PasswordHasher): PasswordHasher {
    return {
      hash(password, signal) {
        hashed++;
        return hasher.hash(password, signal);
      },
      verify(password, hash, signal) {
        hashed++;
        return hasher.verify(password, hash, signal);
      },
      isOutdated: hash => hasher.isOutdated(hash),
    };
  }

  const start = (env: NodeJS.ProcessEnv = {}, hasher: PasswordHasher = new Argon2Hasher()) =>
    runAccess(
      teardown,
      postgres,
      { REGISTRATION: 'on', PUBLIC_URL: 'https://vigie.example/', ...env },
      { mailer, passwords: counting(hasher) },
    );

  before('start two replicas', async () => {
    postgres = await scratchPostgres(teardown);
    await postgres.start();
    [access, other] = await Promise.all([start(), start()]);
    await Promise.all([access.started, other.started]);
  });
  after(() => teardown.disposeAsync());

  const anEmail = () => `${randomUUID()}@example.com`;
  const query = (sql: string, values: unknown[] = []) => queryPostgres(postgres.url, sql, values);
  const endOf = async (table: 'sessions' | 'mail_tokens', userId: string) => {
    const [row] = await query(`select expires_at from access.${table} where user_id = $1`, [userId]);
    return Number(row?.expires_at);
  };
  const reasonOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema)[0]?.reason;
  const refusal = async (call: Promise<unknown>) => reasonOf(await failure(call));
  const fieldsOf = (error: ConnectError) =>
    error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  const bearer = (token: string) => `Bearer ${token}`;

  /** The link of the latest mail to an address, once there are so many. */
  async function tokenOf(email: string, count = 1): Promise<string> {
    const { text } = await waitFor('the mail', async () => mails.filter(({ to }) => to === email)[count - 1]);
    const [, link = '', token = ''] =
      /^(https:\/\/vigie\.example\/account#(?:confirm|reset)=)([\w-]+)$/m.exec(text) ?? [];
    expect(link, text).not.to.equal('');
    return token;
  }

  async function makeUser(roles: string[] = []) {
    const email = anEmail();
    const { id } = await access.users.createUser({ user: { email, roles } });
    await access.users.resetPassword({ token: await tokenOf(email), newPassword: PASSWORD });
    return { id, email };
  }

  const logIn = (email: string, password = PASSWORD, replica = access) => replica.sessions.logIn({ email, password });
  const refresh = (refreshToken: string, replica = access) => replica.sessions.refresh({ refreshToken });

  describe('register', () => {
    it('and log in once they have confirmed their address', async () => {
      const email = anEmail();
      await access.users.register({ email: email.toUpperCase(), password: PASSWORD });
      const token = await tokenOf(email);
      expect(await refusal(logIn(email))).to.equal('EMAIL_NOT_CONFIRMED');
      expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('LOGIN_FAILED');
      await other.users.confirmEmail({ token, password: PASSWORD });
      expect(await refusal(access.users.confirmEmail({ token, password: PASSWORD }))).to.equal('TOKEN_INVALID');

      const { accessToken, refreshToken, expiresIn } = await logIn(email.toUpperCase(), PASSWORD, other);
      expect(expiresIn).to.equal(900);
      expect(refreshToken).to.match(/^vgr_/);
      const user = await access.usersAs(bearer(accessToken)).getCurrentUser({});
      expect(user).to.deep.include({ email, roles: [] });
      expect(user).not.to.have.property('disabledAt');
      for (const time of [user.createdAt, user.confirmedAt, user.lastLoginAt]) {
        expect(timestampMs(time as Timestamp)).to.be.closeTo(Date.now(), 60_000);
      }
    });

    it('not by themselves unless they may', async () => {
      const shut = await start({ REGISTRATION: 'off' });
      await shut.started;
      const error = await failure(shut.users.register({ email: anEmail(), password: PASSWORD }));
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, 'REGISTRATION_OFF']);
    });

    it('in the same way where the address is a user’s, who is told', async () => {
      const { email } = await makeUser();
      const count = async (address: string) => {
        const before = hashed;
        expect(await access.users.register({ email: address, password: OTHER_PASSWORD })).to.include({});
        return hashed - before;
      };
      expect([await count(email), await count(anEmail())]).to.deep.equal([1, 1]);
      await waitFor('the mail', async () =>
        mails.some(({ to, subject }) => to === email && /registered .* before/.test(subject)) ? true : undefined,
      );
      expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('LOGIN_FAILED');
      await logIn(email);
    });

    it('again while they have not confirmed, with another password, and the first mail is of no use then', async () => {
      const email = anEmail();
      await access.users.register({ email, password: PASSWORD });
      const first = await tokenOf(email);
      await access.users.register({ email, password: OTHER_PASSWORD });
      const second = await tokenOf(email, 2);
      for (const password of [PASSWORD, OTHER_PASSWORD]) {
        expect(await refusal(access.users.confirmEmail({ token: first, password }))).to.equal('TOKEN_INVALID');
      }
      await access.users.confirmEmail({ token: second, password: OTHER_PASSWORD });
      await logIn(email, OTHER_PASSWORD);
    });

    it('not by confirming a password that a stranger has chosen: they set their own by another mail', async () => {
      const email = anEmail();
      await access.users.register({ email, password: OTHER_PASSWORD });
      const token = await tokenOf(email);
      const error = await failure(access.users.confirmEmail({ token, password: PASSWORD }));
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.FailedPrecondition, 'PASSWORD_WRONG']);
      expect(error.rawMessage).to.include('ask for a mail to set another one');
      expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('EMAIL_NOT_CONFIRMED');
      await access.users.requestPasswordReset({ email });
      await access.users.resetPassword({ token: await tokenOf(email, 2), newPassword: PASSWORD });
      expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('LOGIN_FAILED');
      await logIn(email);
    });

    it('nor by guessing it with the token: guesses count as failures to log in', async () => {
      const email = anEmail();
      await access.users.register({ email, password: PASSWORD });
      const token = await tokenOf(email);
      const guess = (password: string) => refusal(access.users.confirmEmail({ token, password }));
      for (let times = 0; times < 10; times++) expect(await guess(OTHER_PASSWORD)).to.equal('PASSWORD_WRONG');
      expect(await guess(PASSWORD)).to.equal('TOO_MANY_ATTEMPTS');
      expect(await refusal(logIn(email))).to.equal('TOO_MANY_ATTEMPTS');
    });

    it('not in the place of somebody who was invited or given a role', async () => {
      const invited = anEmail();
      await access.users.createUser({ user: { email: invited, roles: ['admin'] } });
      await tokenOf(invited);
      const given = anEmail();
      await access.users.register({ email: given, password: PASSWORD });
      await tokenOf(given);
      const [row] = await query('select id from access.users where email = $1', [given]);
      await access.users.updateUser({ id: String(row?.id), roles: ['operator'] });
      for (const email of [invited, given]) {
        await access.users.register({ email, password: OTHER_PASSWORD });
        await waitFor('the mail', async () =>
          mails.some(({ to, subject }) => to === email && /before/.test(subject)) ? true : undefined,
        );
        expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('LOGIN_FAILED');
      }
    });

    it('with a mail five times an hour at most', async () => {
      const email = anEmail();
      for (let times = 0; times < 5; times++) await access.users.requestPasswordReset({ email });
      for (const call of [
        () => access.users.requestPasswordReset({ email }),
        () => access.users.register({ email: email.toUpperCase(), password: PASSWORD }),
      ]) {
        expect((await failure(call())).code).to.equal(Code.ResourceExhausted);
      }
    });
  });

  describe('are refused', () => {
    const good = { email: 'ada@example.com', password: PASSWORD };
    const wrong: [what: string, call: () => Promise<unknown>, field: string][] = [
      ['no address', () => access.users.register({ password: PASSWORD }), 'email'],
      ['what is no address', () => access.users.register({ ...good, email: 'ada' }), 'email'],
      ['a header in an address', () => access.users.register({ ...good, email: 'a@b.c\r\nBcc: d@e.f' }), 'email'],
      ['an address too long', () => access.users.requestPasswordReset({ email: `${'a'.repeat(251)}@b.c` }), 'email'],
      ['a short password', () => access.users.register({ ...good, password: 'eleven char' }), 'password'],
      ['a long password', () => access.users.register({ ...good, password: 'ab'.repeat(129) }), 'password'],
      ['the address as password', () => access.users.register({ ...good, password: 'ADA@example.com' }), 'password'],
      ['a common password', () => access.users.register({ ...good, password: 'Password1234' }), 'password'],
      ['no token', () => access.users.confirmEmail({ password: PASSWORD }), 'token'],
      ['no password to confirm', () => access.users.confirmEmail({ token: 'a' }), 'password'],
      ['no new password', () => access.users.resetPassword({ token: 'a' }), 'new_password'],
      ['no password', () => access.sessions.logIn({ email: good.email }), 'password'],
      ['no refresh token', () => access.sessions.refresh({}), 'refresh_token'],
      ['no user', () => access.users.createUser({}), 'user'],
      ['an unknown role', () => access.users.createUser({ user: { ...good, roles: ['root'] } }), 'user.roles[0]'],
      ['a role twice', () => access.users.updateUser({ id: randomUUID(), roles: ['admin', 'admin'] }), 'roles'],
      [
        'an unknown field',
        () => access.users.updateUser({ id: randomUUID(), updateMask: { paths: ['email'] } }),
        'update_mask',
      ],
      ['no id', () => access.users.updateUser({ id: 'me' }), 'id'],
      ['no id to delete', () => access.users.deleteUser({}), 'id'],
      ['a wrong page', () => access.users.listUsers({ pageToken: '?' }), 'page_token'],
    ];
    for (const [what, call, field] of wrong) {
      it(`with ${what}, by the name of the field`, async () => {
        const error = await failure(call());
        expect(error.code).to.equal(Code.InvalidArgument);
        expect(fieldsOf(error)).to.deep.equal([field]);
        expect(error.message).not.to.include(PASSWORD);
      });
    }

    it('with a bad new password, wherever they set one', async () => {
      const { email } = await makeUser();
      await access.users.requestPasswordReset({ email });
      const token = await tokenOf(email, 2);
      const { accessToken } = await logIn(email);
      for (const call of [
        () => access.users.resetPassword({ token, newPassword: email }),
        () => access.usersAs(bearer(accessToken)).changePassword({ currentPassword: PASSWORD, newPassword: email }),
      ]) {
        expect(fieldsOf(await failure(call()))).to.deep.equal(['new_password']);
      }
    });
  });

  describe('log in', () => {
    it('with no other password; an address that is nobody’s costs and says the same', async () => {
      const { email } = await makeUser();
      const invited = anEmail();
      await access.users.createUser({ user: { email: invited } });
      for (const address of [email, invited, anEmail()]) {
        const before = hashed;
        const error = await failure(logIn(address, OTHER_PASSWORD));
        expect(hashed - before).to.equal(1);
        expect([error.code, reasonOf(error), error.rawMessage]).to.deep.equal([
          Code.Unauthenticated,
          'LOGIN_FAILED',
          'The e-mail address or the password is wrong.',
        ]);
      }
    });

    it('not after ten failures, with the right password neither, whether there is such a user or not', async () => {
      const { email } = await makeUser();
      for (const address of [email, anEmail()]) {
        const failures = await Promise.all(Array.from({ length: 12 }, () => refusal(logIn(address, OTHER_PASSWORD))));
        expect(failures.filter(reason => reason === 'LOGIN_FAILED')).to.have.lengthOf(10);
        const error = await failure(logIn(address));
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.ResourceExhausted, 'TOO_MANY_ATTEMPTS']);
        const seconds = Number(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds);
        expect(seconds).to.be.within(600, 900);
      }
      // Whoever reads the user's mail is the user.
      await access.users.requestPasswordReset({ email });
      await access.users.resetPassword({ token: await tokenOf(email, 2), newPassword: OTHER_PASSWORD });
      await logIn(email, OTHER_PASSWORD);
    });

    it('as often as they like with the right one', async () => {
      const { email } = await makeUser();
      for (let times = 0; times < 3; times++) {
        for (let failures = 0; failures < 5; failures++) await failure(logIn(email, OTHER_PASSWORD));
        await logIn(email);
      }
    });

    it('and have their password hashed anew where hashes are made in another way by now', async () => {
      const { id, email } = await makeUser();
      const dearer = await start({}, new Argon2Hasher({ memory: 20_000, passes: 1, parallelism: 1 }));
      await dearer.started;
      await logIn(email, PASSWORD, dearer);
      const [row] = await query('select password_hash from access.users where id = $1', [id]);
      expect(row?.password_hash).to.match(/^\$argon2id\$v=19\$m=20000,t=1,p=1\$/);
      await logIn(email, PASSWORD, dearer);
      await logIn(email);
    });
  });

  describe('have an access token', () => {
    it('that is a JWT by RFC 9068 and names their scopes', async () => {
      const { id, email } = await makeUser(['operator', 'viewer']);
      const { accessToken } = await logIn(email);
      expect(decodeProtectedHeader(accessToken)).to.include({ alg: 'EdDSA', typ: 'at+jwt' }).and.have.property('kid');
      const { iat = 0, exp = 0, jti, ...claims } = decodeJwt(accessToken);
      expect(claims).to.deep.equal({
        ...{ iss: 'vigie', aud: 'vigie', sub: id },
        ...{ scope: 'alerts:read alerts:operate videos:probe', tenant: 'default' },
      });
      expect(exp - iat).to.equal(900);
      expect(jti).to.match(/^[0-9a-f-]{36}$/);
    });

    const allowed: Readonly<Record<string, readonly Scope[]>> = {
      viewer: ['alerts:read'],
      operator: ['alerts:read', 'alerts:operate', 'videos:probe'],
      sender: ['alerts:write'],
      admin: ['admin'],
    };
    for (const [role, scopes] of Object.entries(allowed)) {
      it(`that allows what the role ${role} is for`, async () => {
        const { email } = await makeUser([role]);
        const { accessToken } = await logIn(email);
        expect(decodeJwt(accessToken).scope).to.equal(scopes.join(' '));
        const users = other.usersAs(bearer(accessToken));
        expect(await users.getCurrentUser({})).to.include({ email });
        if (role === 'admin') await users.listUsers({});
        else expect(await refusal(users.listUsers({}))).to.equal('SCOPE_MISSING');
      });
    }

    it('which a key is not: what is about oneself is for users', async () => {
      const { key } = await access.keys.createApiKey({ apiKey: { name: 'a', scopes: ['admin'] } });
      const missing: [string | undefined, string][] = [
        [undefined, 'CREDENTIALS_MISSING'],
        [bearer(key), 'SCOPE_MISSING'],
        [bearer(newApiKey()), 'CREDENTIALS_INVALID'],
      ];
      for (const [authorization, reason] of missing) {
        expect(await refusal(access.usersAs(authorization).getCurrentUser({}))).to.equal(reason);
      }
      await access.usersAs(bearer(key)).listUsers({});
    });

    it('without which, or with an old one, they get the next', async () => {
      for (const authorization of [undefined, bearer(newApiKey()), 'Bearer a.b.c', 'Basic dTpw']) {
        await access.usersAs(authorization).requestPasswordReset({ email: anEmail() });
      }
    });
  });

  describe('go on with a session', () => {
    it('by one refresh token after the other, at each replica, with the roles that they have by then', async () => {
      const { id, email } = await makeUser();
      const first = await logIn(email);
      await access.users.updateUser({ id, roles: ['sender'] });
      const second = await refresh(first.refreshToken, other);
      expect(decodeJwt(second.accessToken)).to.include({ sub: id, scope: 'alerts:write' });
      const third = await refresh(second.refreshToken);
      expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).to.equal(3);
      expect(await endOf('sessions', id)).to.be.closeTo(Date.now() + 30 * 86_400_000, 60_000);
    });

    it('until somebody shows a token again, which ends that session and is in the audit log', async () => {
      const { id, email } = await makeUser();
      const [stolen, untouched] = [await logIn(email), await logIn(email)];
      const next = await refresh(stolen.refreshToken);
      for (const { refreshToken } of [stolen, next, stolen]) {
        const error = await failure(refresh(refreshToken, other));
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.Unauthenticated, 'REFRESH_TOKEN_INVALID']);
      }
      await refresh(untouched.refreshToken);
      const [event] = await waitFor('the event', async () => {
        const method = 'vigie.access.v1.SessionService/Refresh';
        const { auditEvents } = await access.audit.listAuditEvents({ subject: `user:${id}`, method });
        return auditEvents.length > 0 ? auditEvents : undefined;
      });
      expect(event).to.include({ code: 'UNAUTHENTICATED', request: '{}' });
    });

    it('not if two replicas are shown the same token at once', async () => {
      const { email } = await makeUser();
      const { refreshToken } = await logIn(email);
      const both = await Promise.allSettled([access, other].map(replica => refresh(refreshToken, replica)));
      const renewed = both.filter(each => each.status === 'fulfilled');
      expect(renewed).to.have.lengthOf(1);
      expect(await refusal(refresh(renewed[0]?.value.refreshToken ?? ''))).to.equal('REFRESH_TOKEN_INVALID');
    });

    it('not with a token that has expired, was never made or is of somebody who is disabled', async () => {
      const { id, email } = await makeUser();
      const { refreshToken } = await logIn(email);
      for (const strange of ['vgr_', `vgr_${'A'.repeat(64)}`, 'secret']) {
        expect(await refusal(refresh(strange))).to.equal('REFRESH_TOKEN_INVALID');
      }
      await query('update access.sessions set expires_at = now() where user_id = $1', [id]);
      expect(await refusal(refresh(refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
    });

    it('not after they have logged out, by any token of it', async () => {
      const { email } = await makeUser();
      const first = await logIn(email);
      const second = await refresh(first.refreshToken);
      await other.sessions.logOut({ refreshToken: first.refreshToken });
      expect(await refusal(refresh(second.refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      await access.sessions.logOut({ refreshToken: second.refreshToken });
      await access.sessions.logOut({ refreshToken: 'never made' });
    });

    it('which is forgotten some time after its end', async () => {
      const { id, email } = await makeUser();
      await logIn(email);
      await query(`update access.sessions set expires_at = now() - interval '1 second' where user_id = $1`, [id]);
      const later = await start();
      await later.started;
      await waitFor('its end', async () => {
        const rows = await query('select from access.sessions where user_id = $1', [id]);
        return rows.length === 0 ? true : undefined;
      });
    });
  });

  describe('set another password', () => {
    it('by a mail, once, which ends their sessions', async () => {
      const { email } = await makeUser();
      const { refreshToken } = await logIn(email);
      await access.users.requestPasswordReset({ email: email.toUpperCase() });
      const token = await tokenOf(email, 2);
      await other.users.resetPassword({ token, newPassword: OTHER_PASSWORD });
      const again = other.users.resetPassword({ token, newPassword: PASSWORD });
      expect(await refusal(again)).to.equal('TOKEN_INVALID');
      expect(await refusal(refresh(refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      expect(await refusal(logIn(email))).to.equal('LOGIN_FAILED');
      await logIn(email, OTHER_PASSWORD);
    });

    it('with the same answer where there is no such user, and no mail', async () => {
      const { email } = await makeUser();
      const strange = anEmail();
      const answers = [strange, email].map(each => access.users.requestPasswordReset({ email: each }));
      const [unknown, known] = await Promise.all(answers);
      expect(known).to.deep.equal(unknown);
      await tokenOf(email, 2);
      expect(mails.filter(({ to }) => to === strange)).to.deep.equal([]);
    });

    it('not by a mail that is too old, or was meant for something else', async () => {
      const { id, email } = await makeUser();
      await access.users.requestPasswordReset({ email });
      const token = await tokenOf(email, 2);
      expect(await endOf('mail_tokens', id)).to.be.closeTo(Date.now() + 3_600_000, 60_000);
      await query('update access.mail_tokens set expires_at = now() where user_id = $1', [id]);
      expect(await refusal(access.users.resetPassword({ token, newPassword: OTHER_PASSWORD }))).to.equal(
        'TOKEN_INVALID',
      );
      const registered = anEmail();
      await access.users.register({ email: registered, password: PASSWORD });
      const confirm = await tokenOf(registered);
      const misused = access.users.resetPassword({ token: confirm, newPassword: OTHER_PASSWORD });
      expect(await refusal(misused)).to.equal('TOKEN_INVALID');
      await access.users.confirmEmail({ token: confirm, password: PASSWORD });
    });

    it('with the current one, which ends their sessions and makes mails of no use', async () => {
      const { email } = await makeUser();
      const { accessToken, refreshToken } = await logIn(email);
      await access.users.requestPasswordReset({ email });
      const token = await tokenOf(email, 2);
      const me = other.usersAs(bearer(accessToken));
      const wrong = me.changePassword({ currentPassword: OTHER_PASSWORD, newPassword: 'any other password' });
      expect(await refusal(wrong)).to.equal('PASSWORD_WRONG');
      await refresh(refreshToken);
      const session = await logIn(email);
      await me.changePassword({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD });
      expect(await refusal(refresh(session.refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      expect(await refusal(access.users.resetPassword({ token, newPassword: PASSWORD }))).to.equal('TOKEN_INVALID');
      expect(await refusal(logIn(email))).to.equal('LOGIN_FAILED');
      await logIn(email, OTHER_PASSWORD);
    });

    it('not by guessing the current one with a stolen access token', async () => {
      const { email } = await makeUser();
      const { accessToken } = await logIn(email);
      const me = access.usersAs(bearer(accessToken));
      const guess = () => refusal(me.changePassword({ currentPassword: OTHER_PASSWORD, newPassword: PASSWORD }));
      for (let times = 0; times < 10; times++) expect(await guess()).to.equal('PASSWORD_WRONG');
      expect(await guess()).to.equal('TOO_MANY_ATTEMPTS');
    });
  });

  describe('are looked after by admins, who', () => {
    it('invite them, once', async () => {
      const email = anEmail();
      const user = await access.users.createUser({
        user: { email: email.toUpperCase(), roles: ['viewer'], id: 'mine', disabledAt: { seconds: 0n } },
      });
      expect(user).to.deep.include({ email, roles: ['viewer'] });
      expect(user).not.to.have.any.keys('confirmedAt', 'disabledAt', 'lastLoginAt');
      const error = await failure(other.users.createUser({ user: { email } }));
      expect([error.code, reasonOf(error)]).to.deep.equal([Code.AlreadyExists, 'EMAIL_TAKEN']);
      await access.users.resetPassword({ token: await tokenOf(email), newPassword: PASSWORD });
      await logIn(email);
    });

    it('change of their roles, and whether they may log in, what is named', async () => {
      const { id } = await makeUser(['viewer']);
      const change = async (request: { roles?: string[]; disabled?: boolean; updateMask?: { paths: string[] } }) => {
        const { roles, disabledAt } = await access.users.updateUser({ id, ...request });
        return [roles, disabledAt !== undefined];
      };
      expect(await change({})).to.deep.equal([['viewer'], false]);
      expect(await change({ roles: ['sender', 'operator'] })).to.deep.equal([['sender', 'operator'], false]);
      expect(await change({ disabled: true })).to.deep.equal([['sender', 'operator'], true]);
      expect(await change({ disabled: false, updateMask: { paths: ['roles'] } })).to.deep.equal([[], true]);
      expect(await change({ roles: ['admin'], disabled: false })).to.deep.equal([['admin'], false]);
      expect(await change({ updateMask: { paths: [] } })).to.deep.equal([['admin'], false]);
    });

    it('shut them out: their sessions end for good', async () => {
      const { id, email } = await makeUser();
      const { accessToken, refreshToken } = await logIn(email);
      await other.users.updateUser({ id, disabled: true });
      expect(await refusal(refresh(refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      expect(await refusal(logIn(email))).to.equal('USER_DISABLED');
      expect(await refusal(logIn(email, OTHER_PASSWORD))).to.equal('LOGIN_FAILED');
      expect(await refusal(access.usersAs(bearer(accessToken)).getCurrentUser({}))).to.equal('USER_DISABLED');
      await access.users.requestPasswordReset({ email });
      const { email: later } = await makeUser();
      await access.users.requestPasswordReset({ email: later });
      await tokenOf(later, 2);
      await other.users.updateUser({ id, disabled: false });
      expect(await refusal(refresh(refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      await logIn(email);
      expect(mails.filter(({ to }) => to === email)).to.have.lengthOf(1);
    });

    it('delete them, and all that was kept', async () => {
      const { id, email } = await makeUser();
      const { accessToken, refreshToken } = await logIn(email);
      await access.users.deleteUser({ id });
      for (const table of ['users where id', 'sessions where user_id', 'mail_tokens where user_id']) {
        expect(await query(`select from access.${table} = $1`, [id])).to.deep.equal([]);
      }
      expect(await refusal(logIn(email))).to.equal('LOGIN_FAILED');
      expect(await refusal(refresh(refreshToken))).to.equal('REFRESH_TOKEN_INVALID');
      for (const call of [
        () => other.users.deleteUser({ id }),
        () => other.users.updateUser({ id, disabled: true }),
        () => other.usersAs(bearer(accessToken)).getCurrentUser({}),
      ]) {
        const error = await failure(call());
        expect([error.code, reasonOf(error)]).to.deep.equal([Code.NotFound, 'USER_NOT_FOUND']);
        expect(error.findDetails(ResourceInfoSchema)[0]).to.include({ resourceType: 'vigie.access.v1.User' });
      }
      expect((await access.users.createUser({ user: { email } })).id).not.to.equal(id);
    });

    it('list them, the latest first, in pages', async () => {
      const made: string[] = [];
      for (let count = 0; count < 5; count++) made.unshift((await makeUser()).id);
      const first = await access.users.listUsers({ pageSize: 3 });
      const second = await other.users.listUsers({ pageSize: 2, pageToken: first.nextPageToken });
      expect([...first.users, ...second.users].map(({ id }) => id)).to.deep.equal(made);
      expect(second.nextPageToken).not.to.equal('');
    });

    it('are in the audit log, as are users who log in, but not strangers who fail', async () => {
      const { id, email } = await makeUser();
      await failure(logIn(email, OTHER_PASSWORD));
      await logIn(email);
      await access.users.updateUser({ id, disabled: true });
      const events = await waitFor('the events', async () => {
        const { auditEvents } = await access.audit.listAuditEvents({});
        return auditEvents[0]?.method.endsWith('UpdateUser') ? auditEvents.slice(0, 4) : undefined;
      });
      expect(
        events.map(({ subject, method, code, request }) => [subject, method.split('/')[1], code, request]),
      ).to.deep.equal([
        ['service', 'UpdateUser', 'OK', JSON.stringify({ id, disabled: true })],
        [`user:${id}`, 'LogIn', 'OK', JSON.stringify({ email })],
        [`user:${id}`, 'ResetPassword', 'OK', '{}'],
        ['service', 'CreateUser', 'OK', JSON.stringify({ user: { email } })],
      ]);
    });
  });

  it('are not told by the time of an answer whether an address is known: that is looked for later', async () => {
    const { email } = await makeUser();
    const fresh = anEmail();
    await query('revoke select on access.users from vigie_access');
    await access.users.requestPasswordReset({ email });
    await access.users.register({ email: fresh, password: PASSWORD });
    await query('grant select on access.users to vigie_access');
    await Promise.all([tokenOf(email, 2), tokenOf(fresh)]);
  });

  it('leave no secret in a table or a log', async () => {
    const { email } = await makeUser();
    const { accessToken, refreshToken } = await logIn(email);
    const next = await refresh(refreshToken);
    await access.users.requestPasswordReset({ email });
    const token = await tokenOf(email, 2);
    await failure(logIn(email, OTHER_PASSWORD));
    const tables = ['users', 'sessions', 'mail_tokens', 'signing_keys', 'audit_events'];
    const rows = await Promise.all(tables.map(table => query(`select t::text as text from access.${table} as t`)));
    const texts = JSON.stringify([rows, access.lines, other.lines]);
    expect(texts).to.include(email).and.include('$argon2id$');
    for (const secret of [PASSWORD, OTHER_PASSWORD, accessToken, refreshToken, next.refreshToken, token]) {
      expect(texts).not.to.include(secret);
      expect(texts).not.to.include(Buffer.from(secret).toString('hex'));
    }
  });
});
