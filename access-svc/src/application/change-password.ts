import { requireGoodPassword } from '../domain/password.ts';
import { UserNotFoundError, UserRefusedError } from '../domain/user-errors.ts';
import type { PasswordHasher } from '../ports/password-hasher.ts';
import type { UserStore } from '../ports/user-store.ts';
import { requireEnabled } from './get-user.ts';
import { isPasswordOf, type PasswordCheck } from './is-password-of.ts';

export interface ChangePasswordParts extends PasswordCheck {
  readonly users: Pick<UserStore, 'findLogin' | 'setPassword'>;
  readonly passwords: Pick<PasswordHasher, 'hash' | 'verify'>;
}

/**
 * @throws UserNotFoundError, UserRefusedError PASSWORD_WRONG, USER_DISABLED, TENANT_DISABLED, InvalidPasswordError,
 * TooManyAttemptsError, DatabaseError
 */
export type ChangePassword = (id: string, current: string, next: string, signal: AbortSignal) => Promise<void>;

export function createChangePassword({ users, passwords, failures }: ChangePasswordParts): ChangePassword {
  return async (id, current, next, signal) => {
    const login = await users.findLogin({ id });
    if (login === undefined) throw new UserNotFoundError(id);
    const { user } = login;
    requireEnabled(login);
    requireGoodPassword('newPassword', next, user.email);
    if (!(await isPasswordOf(login, current, { passwords, failures }, signal))) {
      throw new UserRefusedError('PASSWORD_WRONG', 'The current password is another.');
    }
    await users.setPassword(id, await passwords.hash(next, signal));
  };
}
