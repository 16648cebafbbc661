import { resetMail } from '../domain/mail.ts';
import { requireGoodPassword } from '../domain/password.ts';
import { hashOf, newMailToken } from '../domain/tokens.ts';
import { accountOf, type UserAddress, type UserName } from '../domain/user.ts';
import { UserRefusedError } from '../domain/user-errors.ts';
import type { Attempts } from '../ports/attempts.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { UserStore } from '../ports/user-store.ts';
import { isPasswordOf, type PasswordCheck } from './is-password-of.ts';
import type { Outbox } from './outbox.ts';

const RESET_MS = 60 * 60_000;

export interface ConfirmEmailParts extends PasswordCheck {
  readonly users: Pick<UserStore, 'findByConfirm' | 'confirm'>;
}

/**
 * Who gets the mail needn't be who has chosen the password: a password that nobody confirms who knows it is never good.
 *
 * @param token from a mail
 * @throws UserRefusedError TOKEN_INVALID, PASSWORD_WRONG, TooManyAttemptsError, DatabaseError
 */
export type ConfirmEmail = (token: string, password: string, signal: AbortSignal) => Promise<UserName>;

export function createConfirmEmail({ users, ...check }: ConfirmEmailParts): ConfirmEmail {
  return async (token, password, signal) => {
    const sha256 = hashOf(token);
    const login = await users.findByConfirm(sha256);
    if (login === undefined) throw tokenInvalid();
    if (!(await isPasswordOf(login, password, check, signal))) {
      const help = 'If you do not know it, ask for a mail to set another one.';
      throw new UserRefusedError('PASSWORD_WRONG', `Somebody has registered with another password. ${help}`);
    }
    // Registering again replaces password and token in one.
    const user = await users.confirm(sha256);
    if (user === undefined) throw tokenInvalid();
    return user;
  };
}

export interface RequestPasswordResetParts {
  readonly users: Pick<UserStore, 'issueReset'>;
  readonly outbox: Pick<Outbox, 'post'>;
  /** Of mails to an address. */
  readonly mails: Pick<Attempts, 'count'>;
  readonly publicUrl: string;
}

/** Whether there is such a user is found out after the answer. @throws TooManyAttemptsError */
export type RequestPasswordReset = (address: UserAddress) => Promise<void>;

export function createRequestPasswordReset(parts: RequestPasswordResetParts): RequestPasswordReset {
  const { users, outbox, mails, publicUrl } = parts;
  return async address => {
    const { email } = address;
    await mails.count(email);
    const { text, sha256 } = newMailToken();
    outbox.post(async () => {
      const isKnown = await users.issueReset(address, { sha256, lifetimeMs: RESET_MS });
      return isKnown ? resetMail(email, publicUrl, text) : undefined;
    });
  };
}

export interface ResetPasswordParts {
  readonly users: Pick<UserStore, 'findByReset' | 'reset'>;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  /** Failures to log in. */
  readonly failures: Pick<Attempts, 'forgive'>;
}

/**
 * @param token from a mail
 * @throws UserRefusedError TOKEN_INVALID, InvalidPasswordError, DatabaseError
 */
export type ResetPassword = (token: string, newPassword: string, signal: AbortSignal) => Promise<UserName>;

export function createResetPassword({ users, passwords, failures }: ResetPasswordParts): ResetPassword {
  return async (token, newPassword, signal) => {
    const sha256 = hashOf(token);
    const user = await users.findByReset(sha256);
    if (user === undefined) throw tokenInvalid();
    requireGoodPassword('newPassword', newPassword, user.email);
    const isDone = await users.reset(sha256, await passwords.hash(newPassword, signal));
    if (!isDone) throw tokenInvalid();
    await failures.forgive(accountOf(user));
    return user;
  };
}

function tokenInvalid(): UserRefusedError {
  return new UserRefusedError('TOKEN_INVALID', 'The token was used before, has expired or is mistyped: get another.');
}
