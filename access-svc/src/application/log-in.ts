import { scopesOf } from '../domain/role.ts';
import { newRefreshToken, readRefreshToken } from '../domain/tokens.ts';
import type { User } from '../domain/user.ts';
import { LoginError, UserRefusedError } from '../domain/user-errors.ts';
import type { AccessTokens, IssuedAccessToken } from '../ports/access-tokens.ts';
import type { Attempts } from '../ports/attempts.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { SessionStore } from '../ports/session-store.ts';
import type { UserStore } from '../ports/user-store.ts';
import { requireEnabled } from './get-user.ts';

export interface SessionTokens {
  readonly accessToken: IssuedAccessToken;
  readonly refreshToken: string;
}

/** Told the id of a user as soon as it is known who calls. */
export type OnUser = (userId: string) => void;

export interface LogInParts {
  readonly users: Pick<UserStore, 'findLogin'>;
  readonly sessions: Pick<SessionStore, 'open'>;
  readonly passwords: PasswordHasher;
  readonly failures: Attempts;
  readonly accessTokens: Pick<AccessTokens, 'issue'>;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/**
 * Does the same for an address that is nobody's as for a password that is wrong.
 *
 * @throws LoginError LOGIN_FAILED, UserRefusedError, TooManyAttemptsError, DatabaseError
 */
export type LogIn = (credentials: Credentials, signal: AbortSignal, onUser: OnUser) => Promise<SessionTokens>;

export function createLogIn({ users, sessions, passwords, failures, accessTokens }: LogInParts): LogIn {
  return async ({ email, password }, signal, onUser) => {
    // Before it is known whether it fails: many at once are no way round.
    await failures.count(email);
    const { user, passwordHash } = (await users.findLogin({ email })) ?? {};
    const isRight = await passwords.verify(password, passwordHash, signal);
    if (!isRight || user === undefined || passwordHash === undefined) throw loginFailed();
    await failures.forgive(email);
    onUser(user.id);
    requireEnabled(user);
    if (user.confirmedAt === undefined) {
      throw new UserRefusedError('EMAIL_NOT_CONFIRMED', 'Confirm the e-mail address first, by the mail sent to it.');
    }
    const newHash = passwords.isOutdated(passwordHash) ? await passwords.hash(password, signal) : undefined;
    const refreshToken = newRefreshToken();
    // The password may have been changed meanwhile.
    if (!(await sessions.open(refreshToken, { userId: user.id, passwordHash, newHash }))) throw loginFailed();
    return { accessToken: await accessTokens.issue(user.id, scopesOf(user.roles)), refreshToken: refreshToken.text };
  };
}

export interface RefreshParts {
  readonly sessions: Pick<SessionStore, 'renew'>;
  readonly accessTokens: Pick<AccessTokens, 'issue'>;
}

/**
 * There is no grace for a client that repeats what it has no answer to: a thief who is as quick would have it too
 * (RFC 9700, section 4.14.2).
 *
 * @param onReused told whose token was shown a second time
 * @throws LoginError REFRESH_TOKEN_INVALID, DatabaseError
 */
export type Refresh = (refreshToken: string, onReused: OnUser) => Promise<SessionTokens>;

export function createRefresh({ sessions, accessTokens }: RefreshParts): Refresh {
  return async (text, onReused) => {
    const shown = readRefreshToken(text);
    if (shown === undefined) throw refreshTokenInvalid();
    const next = newRefreshToken(shown.sessionId);
    const renewal = await sessions.renew(shown, next);
    if (renewal?.kind === 'REUSED') onReused(renewal.userId);
    if (renewal?.kind !== 'RENEWED') throw refreshTokenInvalid();
    const { id, roles }: User = renewal.user;
    return { accessToken: await accessTokens.issue(id, scopesOf(roles)), refreshToken: next.text };
  };
}

/** @param refreshToken any of the session. @throws DatabaseError */
export type LogOut = (refreshToken: string) => Promise<void>;

export function createLogOut(sessions: Pick<SessionStore, 'end'>): LogOut {
  return async text => {
    const shown = readRefreshToken(text);
    if (shown !== undefined) await sessions.end(shown.sessionId);
  };
}

function loginFailed(): LoginError {
  return new LoginError('LOGIN_FAILED', 'The e-mail address or the password is wrong.');
}

function refreshTokenInvalid(): LoginError {
  return new LoginError('REFRESH_TOKEN_INVALID', 'The session is over: log in again.');
}
