import { scopesOf } from '../domain/role.ts';
import { newRefreshToken, readRefreshToken } from '../domain/tokens.ts';
import { accountOf, type UserAddress, type UserName } from '../domain/user.ts';
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

/** Told who calls as soon as that is known. */
export type OnUser = (user: UserName) => void;

export interface LogInParts {
  readonly users: Pick<UserStore, 'findLogin'>;
  readonly sessions: Pick<SessionStore, 'open'>;
  readonly passwords: PasswordHasher;
  readonly failures: Attempts;
  readonly accessTokens: Pick<AccessTokens, 'issue'>;
}

export interface Credentials extends UserAddress {
  readonly password: string;
}

/**
 * Does the same for an address that is nobody's as for a password that is wrong.
 *
 * @throws LoginError LOGIN_FAILED, UserRefusedError, TooManyAttemptsError, DatabaseError
 */
export type LogIn = (credentials: Credentials, signal: AbortSignal, onUser: OnUser) => Promise<SessionTokens>;

export function createLogIn({ users, sessions, passwords, failures, accessTokens }: LogInParts): LogIn {
  return async ({ password, ...address }, signal, onUser) => {
    // Before it is known whether it fails: many at once are no way round.
    await failures.count(accountOf(address));
    const login = await users.findLogin(address);
    const isRight = await passwords.verify(password, login?.passwordHash, signal);
    if (!isRight || login?.passwordHash === undefined) throw loginFailed();
    const { user, passwordHash } = login;
    await failures.forgive(accountOf(address));
    onUser(user);
    requireEnabled(login);
    if (user.confirmedAt === undefined) {
      throw new UserRefusedError('EMAIL_NOT_CONFIRMED', 'Confirm the e-mail address first, by the mail sent to it.');
    }
    const newHash = passwords.isOutdated(passwordHash) ? await passwords.hash(password, signal) : undefined;
    const refreshToken = newRefreshToken();
    // The password may have been changed meanwhile.
    if (!(await sessions.open(refreshToken, { userId: user.id, passwordHash, newHash }))) throw loginFailed();
    return { accessToken: await accessTokens.issue(user, scopesOf(user.roles)), refreshToken: refreshToken.text };
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
    if (renewal?.kind === 'REUSED') onReused(renewal.user);
    if (renewal?.kind !== 'RENEWED') throw refreshTokenInvalid();
    const { user } = renewal;
    return { accessToken: await accessTokens.issue(user, scopesOf(user.roles)), refreshToken: next.text };
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
